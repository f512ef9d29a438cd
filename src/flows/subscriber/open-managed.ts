import { type NextMail, nextMail } from '../../digests/next-mail.ts'
import { lastDigestDate } from '../../digests/plan-store.ts'
import { addDays, type Day, localDayOf } from '../../platform/dates.ts'
import { type Change, isSame } from '../../subscribers/change.ts'
import { changeById, newestChanges } from '../../subscribers/change-store.ts'
import { MAILBOX_FULL, withoutEndedPause } from '../../subscribers/pause.ts'
import { isJoined, type Subscriber } from '../../subscribers/subscriber.ts'
import { type KeptTopic, keptTopicsOf } from '../../subscribers/topic-store.ts'
import { undoOf } from '../../subscribers/undo-change.ts'
import type { Deps } from '../../wiring.ts'
import { topicRates } from '../signup/topic-rates.ts'
import { openManage } from './account-link.ts'
import { type WholeReceipt, wholeReceipts } from './receipts.ts'
import { standingOf } from './standing.ts'
import { undoOffered } from './unsubscribe-link.ts'

const RECEIPT_DAYS = 30

/** What the page behind a manage link shows. */
export interface Managed {
  /** Active where a pause has run out. */
  subscriber: Subscriber
  today: Day
  topics: KeptTopic[]
  /** How many papers each query would have brought in 14 days; of none, where that cannot be told. */
  rates: ReadonlyMap<string, number>
  /** Undefined where none comes. */
  next: NextMail | undefined
  /** They are paused since their mailbox took nothing, and have changed nothing since. */
  isPausedByFull: boolean
  /** Newest first. */
  receipts: WholeReceipt[]
  /** The change that was asked for; null where it is none of theirs. */
  change: (Change & { isNewest: boolean; canBeUndone: boolean }) | null
  /** The token that takes back an unsubscribe of a moment ago. */
  resubscribe: string | null
}

/** Reads, and changes nothing. Throws link.*. */
export async function openManaged(
  deps: Deps,
  { token, changeId }: { token: string; changeId?: number },
): Promise<Managed> {
  const held = await openManage(deps, token)
  const today = localDayOf(deps.clock.now(), held.zone)
  const subscriber = withoutEndedPause(held, today)
  return {
    subscriber,
    today,
    ...(await topicsWithRates(deps, subscriber)),
    next: await nextOf(deps, subscriber),
    isPausedByFull: await isPausedByFull(deps, subscriber),
    receipts: await wholeReceipts(deps, subscriber, addDays(today, -RECEIPT_DAYS)),
    change: changeId === undefined ? null : await changeShown(deps, { subscriber, changeId, today }),
    resubscribe: isJoined(subscriber) ? null : await undoOffered(deps, subscriber),
  }
}

async function topicsWithRates(
  deps: Deps,
  subscriber: Subscriber,
): Promise<Pick<Managed, 'topics' | 'rates'>> {
  const topics = await keptTopicsOf(deps.db, subscriber.id)
  const queries = topics.map(({ query }) => query)
  return { topics, rates: isJoined(subscriber) ? await topicRates(deps, queries) : new Map() }
}

/** Whoever is paused until a date gets the first digest of that date or later. */
async function nextOf({ db, clock }: Deps, subscriber: Subscriber): Promise<NextMail | undefined> {
  const { id, state, startDate, pausedUntil } = subscriber
  if (!isJoined(subscriber) || (state === 'paused' && !pausedUntil)) return undefined
  const begin = [startDate, state === 'paused' ? pausedUntil : null].filter((date) => date !== null)
  const last = await lastDigestDate(db, id)
  return nextMail({ ...subscriber, startDate: begin.sort().at(-1) ?? null }, last, clock.now())
}

async function isPausedByFull({ db }: Deps, { id, state }: Subscriber): Promise<boolean> {
  if (state !== 'paused') return false
  const [newest] = await newestChanges(db, id, 1)
  return newest?.how === MAILBOX_FULL
}

async function changeShown(
  { db }: Deps,
  { subscriber, changeId, today }: { subscriber: Subscriber; changeId: number; today: Day },
): Promise<Managed['change']> {
  const change = await changeById(db, changeId)
  if (change?.subscriberId !== subscriber.id) return null
  const [newest] = await newestChanges(db, subscriber.id, 1)
  const standing = await standingOf(db, subscriber)
  const canBeUndone =
    isJoined(subscriber) && !isSame(standing, { ...standing, ...undoOf(standing, change, today) })
  return { ...change, isNewest: newest?.id === change.id, canBeUndone }
}
