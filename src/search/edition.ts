import { setTimeout as sleep } from 'node:timers/promises'
import { type Day, dayOf, MINUTE_MS } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { listedPage, newestDayWithPapers } from '../papers/listed.repo.ts'

/** The newest day with papers, for the masthead. */
export interface Edition {
  day: Day
  count: number
}

/** How long a page waits for a slow database, in milliseconds. */
const MAX_WAIT_MS = 250

/** The edition, read at most once a minute. Without a database, the last known one stays. */
export function openEdition({ db, clock }: Pick<Deps, 'db' | 'clock'>) {
  let edition: Edition | null = null
  let readAt = Number.NEGATIVE_INFINITY
  let reading: Promise<void> | null = null
  const read = async () => {
    const day = await newestDayWithPapers(db, { upTo: dayOf(clock.now()) })
    if (day === null) edition = null
    else
      edition = {
        day,
        count: (await listedPage(db, { from: day, to: day, order: 'newest', take: 0 })).papers,
      }
  }
  return {
    /** The edition as last read. Null without papers, and until it has been read. */
    current: () => edition,
    /** Reads the edition if that was a minute ago. Resolves once it has been read, or cannot be read soon. */
    async refresh() {
      if (Math.abs(clock.now().getTime() - readAt) >= MINUTE_MS) {
        readAt = clock.now().getTime()
        reading = read().catch(() => {})
      }
      if (!reading) return
      await Promise.race([reading, sleep(MAX_WAIT_MS, undefined, { ref: false })])
      reading = null
    },
  }
}
