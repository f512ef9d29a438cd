import { fill, placed } from '../../i18n/words.ts'
import type { Paper } from '../../papers/paper.ts'
import { type Bar, barsOf } from '../bars.ts'

export interface PlaceOfDay {
  /** From `placeByVotes`. */
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
    place: placeByVotes(votes, day),
    papers: day.length,
    bars: barsOf(counts).map((bar, group) => ({ ...bar, own: group === groupOf(own) })),
  }
}

/** 1 for the most votes; papers with equal votes share a place. */
export const placeByVotes = (votes: number, day: readonly { votes: number }[]): number =>
  1 + day.filter((paper) => paper.votes > votes).length

interface PlaceWords {
  most: string
  place: Parameters<typeof placed>[1]
}

/** "most of 31 papers", "3rd of 31 papers", in the words of a page or a picture. */
export const placeText = (
  { place, papers }: { place: number; papers: number | string },
  forms: PlaceWords,
): string => (place === 1 ? fill(forms.most, { papers }) : placed(place, forms.place, { papers }))
