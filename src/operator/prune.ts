import { countOldReports, deleteOldReports } from '../bounces/report.repo.ts'
import type { DatabaseOrTransaction } from '../core/database/database.ts'
import { addDays, DAY_MS, type Day, dayOf, midnight } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { figuresKeptThrough, keepFigures } from '../core/kept-figures.repo.ts'
import { books } from '../digests/books.repo.ts'
import { datesWithoutBook, keepBook } from '../digests/day-book.repo.ts'
import { countOldDigests, deleteOldDigests, deleteOldPlans } from '../digests/prune-digests.repo.ts'
import { countOldMessages, deleteMessagesOf, deleteOldMessages } from '../mail/outbox/prune-messages.repo.ts'
import { forgetHistoryBefore } from '../papers/history.repo.ts'
import { countOldEmailLimits, deleteOldEmailLimits } from '../subscribers/email-limit.repo.ts'
import {
  countOldRequests,
  countUnconfirmed,
  deleteOldRequests,
  deleteUnconfirmed,
  type PrunedRequests,
  takeUnconfirmed,
} from '../subscribers/prune-subscribers.repo.ts'
import {
  countOldOperatorRows,
  deleteOldOperatorRows,
  type PrunedOperatorRows,
} from './alerts/prune-operator.repo.ts'
import { TROUBLE_KINDS } from './alerts/troubles.ts'
import { dailyFigures } from './daily-figures.ts'

/** How long somebody is kept who never confirmed: as long as the link that was mailed to them works. */
export const UNCONFIRMED_DAYS = 7
/** Longer than a maker tells the same again. */
const EMPTY_REPORT_DAYS = 7

const CHUNKS = 25
const DIGESTS = 5_000
const SUBSCRIBERS = 200
const MAX_DURATION_MS = 60_000

/** How many rows went, or would go. */
export interface Pruned extends PrunedRequests, PrunedOperatorRows {
  /** Digests of dates before this one. */
  before: Day
  messages: number
  digests: number
  /** What came in about mails, and was read. */
  reports: number
  /** Who never confirmed. */
  subscribers: number
  /** Histories of emails that were requested for one person's address. */
  emailLimits: number
}

interface Limits {
  now: Date
  before: Day
  kept: Date
  lasting: readonly string[]
  unconfirmed: Date
  /** Of reports that said nothing. */
  empty: Date
}

function limitsOf({ config, clock }: Pick<Deps, 'config' | 'clock'>): Limits {
  const now = clock.now()
  const before = addDays(dayOf(now), -config.KEEP_DAYS)
  return {
    now,
    before,
    kept: midnight(before),
    lasting: TROUBLE_KINDS,
    unconfirmed: new Date(now.getTime() - UNCONFIRMED_DAYS * DAY_MS),
    empty: new Date(now.getTime() - EMPTY_REPORT_DAYS * DAY_MS),
  }
}

/**
 * Takes away what is older than KEEP_DAYS, and who never confirmed. The books and figures of the days are kept first.
 * In small transactions, each for good: it may be broken off and begun again, also by two processes at once.
 */
export async function prune(deps: Deps, { signal }: { signal?: AbortSignal } = {}): Promise<Pruned> {
  const { db } = deps
  const limits = limitsOf(deps)
  const { before, unconfirmed } = limits
  await keepOldFigures(deps, dayOf(unconfirmed))
  const booked = await keepOldBooks(deps, limits, signal)
  const messages = await repeat(signal, CHUNKS, async () => {
    const pruned = await inTransaction(deps, (tx) => deleteOldMessages(tx, { before: booked, most: CHUNKS }))
    return { full: pruned.chunks, gone: pruned.messages }
  })
  const digests = await repeat(signal, DIGESTS, async () => {
    const gone = await deleteOldDigests(db, { before: booked, most: DIGESTS })
    return { full: gone, gone }
  })
  await deleteOldPlans(db, booked)
  await forgetHistoryBefore(db, limits.kept)
  const subscribers = await repeat(signal, SUBSCRIBERS, async () => {
    const gone = await inTransaction(deps, (tx) => forgetUnconfirmed(tx, unconfirmed))
    return { full: gone, gone }
  })
  const pruned = {
    before,
    messages,
    digests,
    reports: await deleteOldReports(db, limits),
    subscribers,
    emailLimits: await deleteOldEmailLimits(db, limits.now),
    ...(await deleteOldRequests(db, limits)),
    ...(await deleteOldOperatorRows(db, limits)),
  }
  deps.log.info('prune.done', { ...pruned })
  return pruned
}

/** What `prune` would take away. */
export async function prunable(deps: Deps): Promise<Pruned> {
  const { db } = deps
  const limits = limitsOf(deps)
  const { before, unconfirmed } = limits
  const { messages, digests } = await countOldMessages(db, before)
  return {
    before,
    messages,
    digests: digests + (await countOldDigests(db, before)),
    reports: await countOldReports(db, limits),
    subscribers: await countUnconfirmed(db, unconfirmed),
    emailLimits: await countOldEmailLimits(db, limits.now),
    ...(await countOldRequests(db, limits)),
    ...(await countOldOperatorRows(db, limits)),
  }
}

/** Until a batch is not full any more; returns how many rows went. */
async function repeat(
  signal: AbortSignal | undefined,
  size: number,
  batch: () => Promise<{ full: number; gone: number }>,
): Promise<number> {
  let sum = 0
  while (!signal?.aborted) {
    const { full, gone } = await batch()
    sum += gone
    if (full < size) break
  }
  return sum
}

const inTransaction = <T>({ db }: Deps, work: (tx: DatabaseOrTransaction) => Promise<T>): Promise<T> =>
  db.$transaction(work, { timeout: MAX_DURATION_MS, maxWait: MAX_DURATION_MS })

async function forgetUnconfirmed(tx: DatabaseOrTransaction, before: Date): Promise<number> {
  const ids = await takeUnconfirmed(tx, { before, most: SUBSCRIBERS })
  if (ids.length === 0) return 0
  await deleteMessagesOf(tx, ids)
  await deleteUnconfirmed(tx, ids)
  return ids.length
}

/** Before those go who tell of them. */
async function keepOldFigures(deps: Deps, to: Day): Promise<void> {
  const through = await figuresKeptThrough(deps.db)
  if (through === null || through >= to) return
  await keepFigures(deps.db, await dailyFigures(deps, { from: addDays(through, 1), to }))
}

/** Returns the date before which every date has its books kept: one that is not closed holds up those after it. */
async function keepOldBooks(deps: Deps, { before, now }: Limits, signal?: AbortSignal): Promise<Day> {
  for (const date of await datesWithoutBook(deps.db, before)) {
    if (signal?.aborted) return date
    const { date: _, closed, ...counts } = await books(deps.db, date)
    if (!closed) return date
    await keepBook(deps.db, { date, counts, now })
  }
  return before
}
