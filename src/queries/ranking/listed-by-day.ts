import type { Day } from '../../core/dates.ts'
import { forEachBit } from '../matching/bits.ts'
import { type PaperIndex, untilChange } from '../matching/paper-index.ts'

/** DocIds by the day of their first listing, without papers that have only newer versions: newest day first, then id. */
export const listedByDay = untilChange((index): ReadonlyMap<Day, readonly number[]> => {
  const byDay = new Map<Day, number[]>()
  forEachBit(index.live, (docId) => {
    const { firstDay, onlyRevised } = index.attributes(docId)
    if (onlyRevised) return
    const docIds = byDay.get(firstDay)
    if (docIds) docIds.push(docId)
    else byDay.set(firstDay, [docId])
  })
  const byHighestId = (a: number, b: number) => index.attributes(b).id - index.attributes(a).id
  const days = [...byDay].sort(([a], [b]) => (a < b ? 1 : -1))
  return new Map(days.map(([day, docIds]) => [day, docIds.sort(byHighestId)]))
})

/** The same docIds, the newest paper first, whatever the order in which the index got them. */
export function* newestFirst(index: PaperIndex): Generator<number> {
  for (const docIds of listedByDay(index).values()) yield* docIds
}
