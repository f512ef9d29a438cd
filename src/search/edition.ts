import { setTimeout as sleep } from 'node:timers/promises'
import { type Day, dayOf, MINUTE_MS } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { countListedIn, newestDayWithPapers } from '../papers/listed.repo.ts'

/** The newest day with papers, for the masthead. */
export interface Edition {
  day: Day
  count: number
}

interface CurrentEdition {
  /** The edition as it was up to a minute ago. Null without papers, and until it has been read. */
  current(): Edition | null
  /** Resolves once the edition has been read, or cannot be read soon. */
  ready(): Promise<void>
}

/** How long the first page waits for a slow database, in milliseconds. */
const MAX_WAIT_MS = 250

/** Reads the edition in the background while pages ask for it, at most once a minute. */
export function openEdition({ db, clock }: Pick<Deps, 'db' | 'clock'>): CurrentEdition {
  let edition: Edition | null = null
  let readAt = Number.NEGATIVE_INFINITY
  let firstRead: Promise<void> | undefined
  const read = async () => {
    const day = await newestDayWithPapers(db, { upTo: dayOf(clock.now()) })
    edition = day === null ? null : { day, count: (await countListedIn(db, { from: day, to: day })).papers }
  }
  /** Without a database, the last known edition stays. */
  const refresh = () => {
    readAt = clock.now().getTime()
    return read().catch(() => {})
  }
  return {
    ready() {
      firstRead ??= Promise.race([refresh(), sleep(MAX_WAIT_MS, undefined, { ref: false })])
      return firstRead
    },
    current() {
      if (Math.abs(clock.now().getTime() - readAt) >= MINUTE_MS) void refresh()
      return edition
    },
  }
}
