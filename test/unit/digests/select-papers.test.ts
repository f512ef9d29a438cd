import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PaperSelector } from '../../../src/digests/select-papers.ts'
import '../../support/fixed-seed.ts'

const chooser = new PaperSelector(200)
/** Every paper fits as well as the others. */
const scoreOf = () => 0

/** Sections as topic and places, how many more, and the rest. */
const chosen = (
  topics: number[][],
  cap: number,
  { rising = [], scores = {} }: { rising?: number[]; scores?: Record<number, number | null> } = {},
) => {
  const { sections, more, others } = chooser.select({
    topics,
    cap,
    rising: new Set(rising),
    scoreOf: (_, docId) => (scores[docId] === undefined ? 0 : scores[docId]),
  })
  return {
    sections: sections.map(({ topic, papers }) => [topic, papers.map(({ docId }) => docId)]),
    more,
    others,
  }
}

describe('`PaperSelector`', () => {
  test('selects all of fewer papers than the cap, the best first', () => {
    expect(chosen([[2, 3, 1]], 5)).toEqual({ sections: [[0, [2, 3, 1]]], more: 0, others: [] })
  })

  test('returns the papers beyond the cap', () => {
    expect(chosen([[3, 2, 1]], 2)).toEqual({ sections: [[0, [3, 2]]], more: 1, others: [1] })
  })

  test('leaves room for each topic, however much the first one matched', () => {
    expect(chosen([[5, 4, 3, 2, 1], [7, 6], [8]], 5)).toEqual({
      sections: [
        [0, [5, 4]],
        [1, [7, 6]],
        [2, [8]],
      ],
      more: 3,
      others: [3, 2, 1],
    })
  })

  test('gives the room that one topic does not need to the others', () => {
    expect(chosen([[9], [4, 3, 2, 1]], 4)).toEqual({
      sections: [
        [0, [9]],
        [1, [4, 3, 2]],
      ],
      more: 1,
      others: [1],
    })
  })

  test('selects the first of each topic, then those with the highest scores, in the order of their topic', () => {
    const scores = { 1: 9, 2: 8, 3: 7, 4: 1, 5: 6, 6: 2, 7: 3 }
    const topics = [[1, 2, 3], [4, 6, 5], [7]]
    expect(chosen(topics, 5, { scores })).toEqual({
      sections: [
        [0, [1, 2, 3]],
        [1, [4]],
        [2, [7]],
      ],
      more: 2,
      others: [5, 6],
    })
    expect(chosen(topics, 6, { scores }).sections[1]).toEqual([1, [4, 5]])
    // Without room for every topic, the best.
    expect(chosen(topics, 2, { scores })).toMatchObject({
      sections: [
        [0, [1]],
        [2, [7]],
      ],
      others: [4, 2, 3, 5, 6],
    })
  })

  test('gives a topic without words an equal share', () => {
    const scores = { 1: 9, 2: 8, 3: 7, 4: 6, 5: null, 6: null, 7: null }
    expect(
      chosen(
        [
          [1, 2, 3, 4],
          [5, 6, 7],
        ],
        4,
        { scores },
      ),
    ).toEqual({
      sections: [
        [0, [1, 2]],
        [1, [5, 6]],
      ],
      more: 3,
      others: [7, 3, 4],
    })
  })

  test('takes the best of each topic first for equal scores', () => {
    expect(
      chosen(
        [
          [1, 2, 3],
          [4, 5, 6],
        ],
        2,
      ).others,
    ).toEqual([2, 5, 3, 6])
  })

  test('puts a paper under the topic where it ranks best, and names the others', () => {
    const topics = [[1, 2, 3], [3, 2], [2]]
    const { sections } = chooser.select({ topics, cap: 5, scoreOf })
    expect(sections).toEqual([
      { topic: 0, papers: [{ docId: 1, topics: [0] }] },
      { topic: 1, papers: [{ docId: 3, topics: [1, 0] }] },
      { topic: 2, papers: [{ docId: 2, topics: [2, 0, 1] }] },
    ])
    expect(chooser.select({ topics: [[1], [1]], cap: 5, scoreOf }).sections).toEqual([
      { topic: 0, papers: [{ docId: 1, topics: [0, 1] }] },
    ])
  })

  test('puts rising papers into a last section, in their own order', () => {
    expect(
      chosen(
        [
          [1, 2, 3],
          [4, 2],
        ],
        4,
        { rising: [4, 2] },
      ),
    ).toEqual({
      sections: [
        [0, [1, 3]],
        ['rising', [4, 2]],
      ],
      more: 0,
      others: [],
    })
    expect(
      chosen(
        [
          [1, 2, 3],
          [4, 2],
        ],
        2,
        { rising: [4, 2] },
      ).sections,
    ).toEqual([
      [0, [1]],
      ['rising', [4]],
    ])
  })

  test('selects nothing from nothing', () => {
    expect(chosen([], 15)).toEqual({ sections: [], more: 0, others: [] })
    expect(chosen([[], []], 15)).toEqual({ sections: [], more: 0, others: [] })
  })

  test('does not depend on the selection before', () => {
    chosen(
      [
        [1, 2],
        [2, 3],
      ],
      1,
      { rising: [3] },
    )
    expect(chosen([[2, 1]], 9)).toEqual({ sections: [[0, [2, 1]]], more: 0, others: [] })
  })
})

const places = fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { maxLength: 20 })
const choosing = fc.record({
  topics: fc.array(places, { maxLength: 5 }),
  rising: places.map((list) => new Set(list)),
  cap: fc.integer({ min: 1, max: 25 }),
  scores: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 31, maxLength: 31 }),
})

test('`PaperSelector` has each paper once, under the topic where it ranks best, and loses none', () => {
  fc.assert(
    fc.property(choosing, ({ topics, rising, cap, scores }) => {
      const { sections, more, others } = chooser.select({
        topics,
        rising,
        cap,
        scoreOf: (_, docId) => scores[docId]!,
      })
      const shown = sections.flatMap(({ papers }) => papers.map(({ docId }) => docId))
      const offered = new Set(topics.flatMap((list) => [...(list as number[])]))
      expect(new Set([...shown, ...others])).toEqual(offered)
      expect(shown.length + others.length).toBe(offered.size)
      expect([shown.length, more]).toEqual([Math.min(cap, offered.size), Math.max(0, offered.size - cap)])
      const all = chooser.select({ topics, rising, cap: 1000, scoreOf }).sections
      expect(sections).toHaveLength(Math.min(cap, all.length))
      if (all.length <= cap) {
        const seconds = sections.flatMap(({ papers }) => papers.slice(1).map(({ docId }) => scores[docId]!))
        const best = Math.max(...others.map((docId) => scores[docId]!))
        expect(seconds.every((score) => score >= best)).toBe(true)
      }
      const lists = topics.map((list) => (list as number[]).filter((place) => !rising.has(place)))
      for (const { topic, papers } of sections) {
        for (const { docId } of papers) {
          expect(topic === 'rising').toBe(rising.has(docId))
          if (topic === 'rising') continue
          const ranks = lists.map((list) =>
            list.includes(docId) ? list.indexOf(docId) : Number.POSITIVE_INFINITY,
          )
          expect(ranks.indexOf(Math.min(...ranks))).toBe(topic)
        }
      }
    }),
    { numRuns: 2000 },
  )
})
