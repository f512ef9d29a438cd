import type { Paper } from '../../papers/paper.ts'
import { type Bar, barsOf } from '../bars.ts'

export interface PlaceOfDay {
  /** 1 for the most votes; papers with equal votes share a place. */
  place: number
  papers: number
  /** The day's papers by votes, the most last; `own` is this paper. */
  bars: (Bar & { own: boolean })[]
}

/** More bars are too thin to be seen: then each is a group of papers with similar votes. */
const MAX_BARS = 48

/** Where a paper is among those of its day that have votes; null if it has none. */
export function placeOfDay(
  { id, votes }: Pick<Paper, 'id' | 'votes'>,
  day: readonly { id: number; votes: number }[],
): PlaceOfDay | null {
  if (votes === null || !day.some((paper) => paper.id === id)) return null
  const rising = day.toSorted((a, b) => a.votes - b.votes || Number(a.id === id) - Number(b.id === id))
  const own = rising.findIndex((paper) => paper.id === id)
  const groups = Math.min(rising.length, MAX_BARS)
  const groupOf = (index: number) => Math.floor((index * groups) / rising.length)
  const counts = Array.from({ length: groups }, (_, group) =>
    group === groupOf(own) ? votes : (rising.findLast((_, index) => groupOf(index) === group)?.votes ?? 0),
  )
  return {
    place: 1 + day.filter((paper) => paper.votes > votes).length,
    papers: day.length,
    bars: barsOf(counts).map((bar, group) => ({ ...bar, own: group === groupOf(own) })),
  }
}
