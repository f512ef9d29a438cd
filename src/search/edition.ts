import { type Day, dayOf, MINUTE_MS } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { countListedIn, newestDayWithPapers } from '../papers/listed.repo.ts'

/** The newest day with papers, for the masthead. */
interface Edition {
  day: Day
  count: number
}

export interface CurrentEdition {
  /** The edition as it was up to a minute ago. Null before the first refresh, and without papers. */
  current(): Edition | null
  /** Never fails: without a database, the last known edition stays. */
  refresh(): Promise<void>
}

/** Reads the edition in the background while pages ask for it, at most once a minute. */
export function openEdition({ db, clock }: Pick<Deps, 'db' | 'clock'>): CurrentEdition {
  let edition: Edition | null = null
  let readAt = Number.NEGATIVE_INFINITY
  const read = async () => {
    const day = await newestDayWithPapers(db, { upTo: dayOf(clock.now()) })
    edition = day === null ? null : { day, count: (await countListedIn(db, { from: day, to: day })).papers }
  }
  const refresh = () => {
    readAt = clock.now().getTime()
    return read().catch(() => {})
  }
  return {
    refresh,
    current() {
      if (Math.abs(clock.now().getTime() - readAt) >= MINUTE_MS) void refresh()
      return edition
    },
  }
}
