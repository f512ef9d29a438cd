import { describe, expect, test } from 'vitest'
import { byWorth, type Candidate, choose } from '../../../src/digests/choose.ts'

const paper = (id: number, more: Partial<Candidate> = {}): Candidate => ({
  id,
  firstDay: '2026-11-24',
  votes: 0,
  topics: [0],
  rising: false,
  inTitle: false,
  ...more,
})

const shown = (papers: Candidate[], cap: number) => {
  const { sections, more } = choose(papers, cap)
  return { sections: sections.map(({ topic, papers }) => [topic, papers.map(({ id }) => id)]), more }
}

describe('the better paper', () => {
  const cases: [string, Candidate, Candidate][] = [
    ['matched more topics', paper(1, { topics: [0, 1] }), paper(2, { inTitle: true, votes: 99 })],
    ['was met in the title', paper(1, { inTitle: true }), paper(2, { votes: 99 })],
    ['has more votes', paper(1, { votes: 2 }), paper(2, { votes: 1, firstDay: '2026-11-25' })],
    ['has a vote where the other source says nothing', paper(1, { votes: 1 }), paper(2, { votes: null })],
    ['is of the newer day', paper(1, { firstDay: '2026-11-25' }), paper(2, { votes: null })],
    ['was seen later', paper(2), paper(1)],
  ]
  test.each(cases)('%s', (_what, better, worse) => {
    expect([worse, better].sort(byWorth)).toEqual([better, worse])
    expect([better, worse].sort(byWorth)).toEqual([better, worse])
  })
})

describe('a choice', () => {
  test('of fewer papers than the cap holds them all, best first', () => {
    expect(shown([paper(1), paper(2, { votes: 5 }), paper(3)], 5)).toEqual({
      sections: [[0, [2, 3, 1]]],
      more: 0,
    })
  })

  test('of more counts the rest', () => {
    expect(shown([paper(1), paper(2), paper(3)], 2)).toEqual({ sections: [[0, [3, 2]]], more: 1 })
  })

  test('leaves room for every topic, however much the first one matched', () => {
    const first = [1, 2, 3, 4, 5].map((id) => paper(id, { votes: 100 }))
    const second = [6, 7].map((id) => paper(id, { topics: [1] }))
    expect(shown([...first, ...second, paper(8, { topics: [2] })], 5)).toEqual({
      sections: [
        [0, [5, 4]],
        [1, [7, 6]],
        [2, [8]],
      ],
      more: 3,
    })
  })

  test('says which are left out, best first over all topics', () => {
    const papers = [paper(1), paper(2, { topics: [1], votes: 9 }), paper(3), paper(4, { topics: [1] })]
    expect(choose(papers, 1).others.map(({ id }) => id)).toEqual([2, 4, 1])
    expect(choose(papers, 4).others).toEqual([])
  })

  test('gives what one topic lacks to the others', () => {
    const many = [1, 2, 3, 4].map((id) => paper(id, { topics: [1] }))
    expect(shown([...many, paper(9)], 4)).toEqual({
      sections: [
        [0, [9]],
        [1, [4, 3, 2]],
      ],
      more: 1,
    })
  })

  test('shows a paper once, under the first topic that it matched', () => {
    expect(shown([paper(1, { topics: [1, 2] }), paper(2, { topics: [2] })], 5)).toEqual({
      sections: [
        [1, [1]],
        [2, [2]],
      ],
      more: 0,
    })
  })

  test('of nothing is empty', () => {
    expect(choose([], 15)).toEqual({ sections: [], more: 0, others: [] })
  })
})
