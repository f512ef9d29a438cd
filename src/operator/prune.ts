import { pruneFeatures } from '../account/personal-data.ts'
import { batchLimits, type Database } from '../core/database/database.ts'
import { addDays, DAY_MS, type Day, dayOf, midnight } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { isDeliveryHeld } from '../core/restored-database.ts'
import { figuresStoredThrough, storeFigures } from '../core/stored-figures.repo.ts'
import { claimTick } from '../core/tick.repo.ts'
import { countOldDigests, deleteOldDigests, deleteOldPlans } from '../digests/digest.repo.ts'
import { closePlans } from '../digests/open-due.ts'
import { datesWithoutTotals, dayTotals, saveDayTotals } from '../digests/reconciliation.repo.ts'
import { deleteOldShownPapers } from '../digests/stored-content.repo.ts'
import { countOldMessages, deleteMessagesOf, deleteOldMessages } from '../mail/outbox/prune-messages.repo.ts'
import { pruneHistoryBefore } from '../papers/history.repo.ts'
import {
  countUnconfirmed,
  deleteUnconfirmed,
  lockUnconfirmed,
} from '../subscribers/prune-subscribers.repo.ts'
import { forgetRemovedTopics } from '../subscribers/vote.repo.ts'
import { dailyFigures } from './daily-figures.ts'
import { pruneRows } from './prune.repo.ts'

/** How long an unconfirmed subscriber is kept: as long as the link in the email works. */
export const UNCONFIRMED_DAYS = 7
/** Longer than a provider repeats a webhook. */
const EMPTY_REPORT_DAYS = 7

const BATCHES = 25
const DIGESTS = 5_000
const SUBSCRIBERS = 200

/** Number of rows that were, or would be, deleted: digests of dates before `before`. */
export type PruneCounts = Awaited<ReturnType<typeof prune>>

type Cutoffs = ReturnType<typeof cutoffsOf>

function cutoffsOf({ config, clock }: Deps) {
  const now = clock.now()
  const before = addDays(dayOf(now), -config.KEEP_DAYS)
  return {
    now,
    before,
    kept: midnight(before),
    unconfirmed: new Date(now.getTime() - UNCONFIRMED_DAYS * DAY_MS),
    empty: new Date(now.getTime() - EMPTY_REPORT_DAYS * DAY_MS),
  }
}

/**
 * Deletes what is older than KEEP_DAYS, and subscribers who never confirmed; a dry run only counts. Stores the day
 * totals and figures first. Each batch is a small transaction, so that pruning can be interrupted and repeated, also by
 * two processes at once.
 */
export async function prune(
  deps: Deps,
  { signal, dryRun = false }: { signal?: AbortSignal; dryRun?: boolean } = {},
) {
  const { db, log } = deps
  const cutoffs = cutoffsOf(deps)
  const { subscribers, ...sent } = await (dryRun
    ? countBatches(db, cutoffs)
    : deleteBatches(deps, cutoffs, signal))
  const { reports, ...rows } = await pruneRows(db, cutoffs, { dryRun })
  const ofFeatures = await pruneFeatures(deps, { kept: cutoffs.kept, dryRun })
  const pruned = { before: cutoffs.before, ...sent, reports, subscribers, ...rows, ...ofFeatures }
  if (!dryRun) log.info('prune.done', pruned)
  return pruned
}

async function countBatches(db: Database, { before, unconfirmed }: Cutoffs) {
  const { messages, digests } = await countOldMessages(db, before)
  return {
    messages,
    digests: digests + (await countOldDigests(db, before)),
    subscribers: await countUnconfirmed(db, unconfirmed),
  }
}

async function deleteBatches(deps: Deps, cutoffs: Cutoffs, signal?: AbortSignal) {
  const { db } = deps
  await storeDailyFigures(deps, dayOf(cutoffs.unconfirmed))
  // A plan that was left open would keep its date, and every later one, for ever.
  await closePlans(deps)
  const booked = await storeDayTotals(deps, cutoffs, signal)
  let messages = 0
  await repeatUntilDone(signal, BATCHES, async () => {
    const pruned = await inTransaction(deps, (tx) => deleteOldMessages(tx, { before: booked, most: BATCHES }))
    messages += pruned.messages
    return pruned.batches
  })
  const digests = await repeatUntilDone(signal, DIGESTS, () =>
    deleteOldDigests(db, { before: booked, most: DIGESTS }),
  )
  await deleteOldPlans(db, booked)
  await deleteOldShownPapers(db, booked)
  await pruneHistoryBefore(db, cutoffs.kept)
  await forgetRemovedTopics(db, cutoffs.kept)
  const subscribers = await repeatUntilDone(signal, SUBSCRIBERS, () =>
    inTransaction(deps, (tx) => deleteUnconfirmedBatch(tx, cutoffs.unconfirmed)),
  )
  return { messages, digests, subscribers }
}

/** Repeats until fewer than `size` were deleted. Returns their number. */
async function repeatUntilDone(
  signal: AbortSignal | undefined,
  size: number,
  deleteBatch: () => Promise<number>,
): Promise<number> {
  let sum = 0
  while (!signal?.aborted) {
    const deleted = await deleteBatch()
    sum += deleted
    if (deleted < size) break
  }
  return sum
}

const inTransaction = <T>({ db }: Deps, work: (tx: Database) => Promise<T>): Promise<T> =>
  db.$transaction(work, batchLimits())

async function deleteUnconfirmedBatch(tx: Database, before: Date): Promise<number> {
  const ids = await lockUnconfirmed(tx, { before, most: SUBSCRIBERS })
  if (ids.length === 0) return 0
  await deleteMessagesOf(tx, ids)
  await deleteUnconfirmed(tx, ids)
  return ids.length
}

/** Stores the figures before the subscribers that they count are deleted. */
async function storeDailyFigures(deps: Deps, to: Day): Promise<void> {
  const through = await figuresStoredThrough(deps.db)
  if (through === null || through >= to) return
  await storeFigures(deps.db, await dailyFigures(deps, { from: addDays(through, 1), to }))
}

/**
 * Returns the date before which the day totals of every date are stored. A date that is not closed blocks those after
 * it.
 */
async function storeDayTotals(deps: Deps, { before, now }: Cutoffs, signal?: AbortSignal): Promise<Day> {
  for (const date of await datesWithoutTotals(deps.db, before)) {
    if (signal?.aborted) return date
    const { date: _, closed, ...counts } = await dayTotals(deps.db, date)
    if (!closed) return date
    await saveDayTotals(deps.db, { date, counts, now })
  }
  return before
}

const FIRST_HOUR = 3

/**
 * Prunes once a day (UTC), in the one process that claims the tick. Does nothing on a restored copy until the operator
 * resumes delivery.
 */
export async function pruneNightly(deps: Deps, input: { signal?: AbortSignal }): Promise<void> {
  const { db, clock } = deps
  const now = clock.now()
  if (now.getUTCHours() < FIRST_HOUR || (await isDeliveryHeld(db))) return
  if (await claimTick(db, 'prune', midnight(dayOf(now)))) await prune(deps, input)
}
