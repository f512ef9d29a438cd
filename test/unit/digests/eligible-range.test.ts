import { describe, expect, test } from 'vitest'
import {
  type EarlierDigest,
  eligibleRangeAfter,
  eligibleSince,
  highestPaperSeen,
} from '../../../src/digests/eligible-range.ts'

const digest = (fromPaper: number, toPaper: number, more: Partial<EarlierDigest> = {}): EarlierDigest => ({
  fromPaper,
  toPaper,
  papers: [],
  bestDay: null,
  settled: true,
  ...more,
})

/** The ids from 1 to `highest` that an offer has, and its range. */
const offered = (earlier: EarlierDigest[], highest: number, lowest = 1) => {
  const offer = eligibleRangeAfter(earlier, lowest, highest)
  const ids = Array.from({ length: highest + 5 }, (_, i) => i + 1).filter(
    (id) => id >= lowest && offer.has(id),
  )
  return { from: offer.fromPaper, to: offer.toPaper, ids }
}

describe('`eligibleSince`', () => {
  test('is 13 days before the local date for a subscriber who confirmed long ago', () => {
    expect(eligibleSince('2026-11-24', new Date('2026-01-01T00:00:00Z'))).toBe('2026-11-11')
  })
  test('is the UTC day of confirming if that is later', () => {
    expect(eligibleSince('2026-11-24', new Date('2026-11-23T23:59:59Z'))).toBe('2026-11-23')
    expect(eligibleSince('2026-11-24', new Date('2026-11-11T00:00:00Z'))).toBe('2026-11-11')
  })
})

describe('`eligibleRangeAfter`', () => {
  test('offers all papers to a subscriber who never got a digest', () => {
    expect(offered([], 4)).toEqual({ from: 0, to: 4, ids: [1, 2, 3, 4] })
  })

  test('offers papers with ids above the last digest, of any day', () => {
    expect(offered([digest(0, 2)], 4)).toEqual({ from: 2, to: 4, ids: [3, 4] })
  })

  test('does not offer a paper that was considered and left out', () => {
    expect(offered([digest(0, 4, { papers: [2] })], 4)).toEqual({ from: 4, to: 4, ids: [] })
  })

  test('offers the papers of a digest that was given up', () => {
    // A digest that was not accepted considered 2..4, so it is not among the earlier ones.
    expect(offered([digest(0, 1)], 6)).toEqual({ from: 1, to: 6, ids: [2, 3, 4, 5, 6] })
  })

  test('offers the papers of a digest that was given up after the next was planned', () => {
    expect(offered([digest(0, 1), digest(4, 6)], 8)).toEqual({ from: 1, to: 8, ids: [2, 3, 4, 7, 8] })
  })

  test('does not reach back past a digest that may still be given up', () => {
    const open = digest(4, 6, { settled: false, papers: [5] })
    expect(offered([digest(0, 1), open], 8)).toEqual({ from: 6, to: 8, ids: [7, 8] })
    // Given up: now both come.
    expect(offered([digest(0, 1), digest(6, 8)], 9)).toEqual({ from: 1, to: 9, ids: [2, 3, 4, 5, 6, 9] })
  })

  test('offers nothing twice after it reached back', () => {
    expect(offered([digest(0, 1), digest(4, 6), digest(1, 8)], 9)).toEqual({ from: 8, to: 9, ids: [9] })
  })

  test('offers only what a digest without topics did not show', () => {
    const best = digest(0, 0, { papers: [2, 3], bestDay: '2026-11-23' })
    expect(offered([best], 4)).toEqual({ from: 0, to: 4, ids: [1, 4] })
  })

  test('offers nothing above the highest id, also if an earlier digest reached further', () => {
    expect(offered([digest(0, 9)], 6)).toEqual({ from: 6, to: 6, ids: [] })
  })

  test('begins at the lowest id if earlier digests ended long before it', () => {
    expect(offered([digest(0, 9)], 25, 21)).toEqual({ from: 20, to: 25, ids: [21, 22, 23, 24, 25] })
  })
})

test('`highestPaperSeen` is the highest of all digests', () => {
  expect(highestPaperSeen([])).toBe(0)
  expect(highestPaperSeen([digest(3, 9), digest(0, 4)])).toBe(9)
})
