import type { Day } from '../../core/dates.ts'
import { memoize } from '../../core/memoize.ts'
import { type Bits, forEachBit, newBits, setBit } from '../matching/bits.ts'
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

/** The newest day up to `until` on which papers were listed, if any. */
export const newestListed = (index: PaperIndex, until: Day = '9999'): Day | undefined =>
  listedByDay(index)
    .keys()
    .find((day) => day <= until)

/** Papers listed up to a day. */
interface ListedPapers {
  /** The newest first, whatever the order in which the index got them. */
  docIds: readonly number[]
  set: Readonly<Bits>
}

/** The service asks for one day, the newest; commands ask for others. */
const MAX_LAST_DAYS = 10

const upToDay = untilChange((index) =>
  memoize((until: Day): ListedPapers => {
    const days = [...listedByDay(index)].filter(([day]) => day <= until)
    const docIds = days.flatMap(([, ofDay]) => ofDay)
    const set = newBits(index.docCount)
    for (const docId of docIds) setBit(set, docId)
    return { docIds, set }
  }, MAX_LAST_DAYS),
)

export const listedUpTo = (index: PaperIndex, until: Day): ListedPapers => upToDay(index)(until)
