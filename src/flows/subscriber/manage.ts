import { type Receipt, receiptsSince } from '../../delivery/receipt-store.ts'
import { type NextMail, nextMail } from '../../digests/next-mail.ts'
import { lastDigestDate } from '../../digests/plan-store.ts'
import type { DatabaseOrTransaction } from '../../platform/database.ts'
import { addDays, type Day, localDayOf } from '../../platform/dates.ts'
import { Fault } from '../../platform/errors.ts'
import { type Change, isSame, type Standing } from '../../subscribers/change.ts'
import { changeById, newestChanges } from '../../subscribers/change-store.ts'
import { CONSENT_WORDING } from '../../subscribers/consent.ts'
import type { Subscriber } from '../../subscribers/subscriber.ts'
import { lockSubscriber } from '../../subscribers/subscriber-store.ts'
import { type KeptTopic, keptTopicsOf } from '../../subscribers/topic-store.ts'
import { undoOf } from '../../subscribers/undo-change.ts'
import type { Deps } from '../../wiring.ts'
import { isJoined } from '../signup/grant.ts'
import { topicRates } from '../signup/topic-rates.ts'
import { openManage } from './account-link.ts'
import { applyChange } from './apply-change.ts'
import { linkHolder } from './link-holder.ts'
import { standingOf } from './standing.ts'
import { undoOffered } from './unsubscribe-link.ts'

const RECEIPT_DAYS = 30
/** How a change says that it undid another. */
export const UNDOING = 'page, undo'

/** What the page behind a manage link shows. */
export interface Managed {
  subscriber: Subscriber
  today: Day
  topics: KeptTopic[]
  /** How many papers each query would have brought in 14 days; of none, where that cannot be told. */
  rates: ReadonlyMap<string, number>
  /** Undefined where none comes. */
  next: NextMail | undefined
  /** Newest first. */
  receipts: Receipt[]
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
  const { db, clock } = deps
  const now = clock.now()
  const subscriber = await openManage(deps, token)
  const { id, zone } = subscriber
  const today = localDayOf(now, zone)
  const topics = await keptTopicsOf(db, id)
  const queries = topics.map(({ query }) => query)
  return {
    subscriber,
    today,
    topics,
    rates: isJoined(subscriber) ? await topicRates(deps, queries) : new Map(),
    next: nextOf(subscriber, await lastDigestDate(db, id), now),
    receipts: await receiptsSince(db, id, addDays(today, -RECEIPT_DAYS)),
    change: changeId === undefined ? null : await changeShown(db, subscriber, changeId, today),
    resubscribe: await undoOffered(deps, id),
  }
}

/** Whoever is paused until a date gets the first digest of that date or later. */
function nextOf(subscriber: Subscriber, last: Day | null, now: Date): NextMail | undefined {
  const { state, startDate, pausedUntil } = subscriber
  if (!isJoined(subscriber) || (state === 'paused' && !pausedUntil)) return undefined
  const begin = [startDate, state === 'paused' ? pausedUntil : null].filter((date) => date !== null)
  return nextMail({ ...subscriber, startDate: begin.sort().at(-1) ?? null }, last, now)
}

async function changeShown(db: DatabaseOrTransaction, subscriber: Subscriber, changeId: number, today: Day) {
  const change = await changeById(db, changeId)
  if (change?.subscriberId !== subscriber.id) return null
  const [newest] = await newestChanges(db, subscriber.id, 1)
  const standing = await standingOf(db, subscriber)
  const canBeUndone =
    isJoined(subscriber) && !isSame(standing, { ...standing, ...undoOf(standing, change, today) })
  return { ...change, isNewest: newest?.id === change.id, canBeUndone }
}

/** What a change of somebody's own is made from. */
export interface Held {
  subscriber: Subscriber
  topics: KeptTopic[]
  today: Day
}

/**
 * Makes a change for whoever holds a manage link; returns its id, null where nothing differs. `wanted` may throw
 * faults of its own. Throws link.*, subscriber.state, topics.too-many, query.*.
 */
export function changeByLink(
  deps: Deps,
  token: string,
  wanted: (held: Held) => Partial<Standing>,
): Promise<number | null> {
  return withLink(deps, token, 'page', async (tx, { subscriber, today }) => {
    return wanted({ subscriber, today, topics: await keptTopicsOf(tx, subscriber.id) })
  })
}

/** Puts back what a change altered. Throws link.*, subscriber.state, change.cannot-undo, topics.too-many. */
export async function undoByLink(deps: Deps, token: string, changeId: number): Promise<number> {
  const id = await withLink(deps, token, UNDOING, async (tx, { subscriber, today }) => {
    const change = await changeById(tx, changeId)
    if (change?.subscriberId !== subscriber.id) throw new Fault('change.cannot-undo')
    return undoOf(await standingOf(tx, subscriber), change, today)
  })
  if (id === null) throw new Fault('change.cannot-undo')
  return id
}

async function withLink(
  deps: Deps,
  token: string,
  how: string,
  changesFor: (tx: DatabaseOrTransaction, held: Omit<Held, 'topics'>) => Promise<Partial<Standing>>,
): Promise<number | null> {
  const { db, clock, log } = deps
  const now = clock.now()
  const made = await db.$transaction(async (tx) => {
    const subscriber = await linkHolder(deps, token, 'manage', (id) => lockSubscriber(tx, id))
    const { state, zone } = subscriber
    if (!isJoined(subscriber)) throw new Fault('subscriber.state', { state, needed: 'active or paused' })
    const changes = await changesFor(tx, { subscriber, today: localDayOf(now, zone) })
    const wording = CONSENT_WORDING.version
    return {
      subscriber: subscriber.id,
      change: await applyChange(tx, { subscriber, changes, how, wording, now }),
    }
  })
  if (made.change !== null) log.info('subscriber.changed', { ...made, what: how })
  return made.change
}
