import type { Day } from '../core/dates.ts'
import type { Archive } from '../queries/archive.ts'
import type { ClosePaper } from '../queries/ranking/close-papers.ts'

/** As many as an email shows. */
export const MAX_CLOSE = 3

/** Up to three papers of each day, in their order: the closest first. */
export function closestOfEachDay<P extends ClosePaper>({ index }: Archive, close: readonly P[]): P[] {
  const counts = new Map<Day, number>()
  return close.filter(({ docId }) => {
    const { firstDay } = index.attributes(docId)
    const count = counts.get(firstDay) ?? 0
    counts.set(firstDay, count + 1)
    return count < MAX_CLOSE
  })
}
