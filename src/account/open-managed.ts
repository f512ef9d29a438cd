import { addDays, type Day, localDayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { type NextMail, nextMail } from '../digests/next-mail.ts'
import { lastDigestDate } from '../digests/plan.repo.ts'
import type { Searcher } from '../search/search-slot.ts'
import { changeById, newestChanges } from '../subscribers/change.repo.ts'
import { type Change, isSame } from '../subscribers/change.ts'
import { MAILBOX_FULL, withoutEndedPause } from '../subscribers/pause.ts'
import { standingOf } from '../subscribers/standing.ts'
import { isJoined, type Subscriber } from '../subscribers/subscriber.ts'
import { type KeptTopic, keptTopicsOf } from '../subscribers/topic.repo.ts'
import { undoOf } from '../subscribers/undo-change.ts'
import { openManage } from './account-link.ts'
import { type WholeReceipt, wholeReceipts } from './receipts.ts'
import { type ShownProfile, showProfile } from './show-profile.ts'
import { topicRatesInSlot } from './signup/topic-rates.ts'
import { undoOffered } from './unsubscribe-link.ts'

const RECEIPT_DAYS = 30

/** What every page behind a manage link shows of its holder. */
export interface Holder {
  /** Active where a pause has run out. */
  subscriber: Subscriber
  today: Day
  topics: KeptTopic[]
  /** The next mail; undefined where none comes. */
  next: NextMail | undefined
  /** The change that was asked for; null where it is none of theirs. */
  change: (Change & { isNewest: boolean; canBeUndone: boolean }) | null
  /** The token that takes back an unsubscribe of a moment ago. */
  resubscribe: string | null
}

/** What their own page shows. */
export interface Managed extends Holder {
  /** How many papers each query would have brought in 30 days; of none, where that cannot be told. */
  rates: ReadonlyMap<string, number>
  /** They are paused since their mailbox took nothing, and have changed nothing since. */
  isPausedByFull: boolean
  profile: ShownProfile
  /** Newest first. */
  receipts: WholeReceipt[]
}

interface Opening {
  token: string
  changeId?: number
}

// Both read, and change nothing. They throw link.*.

export async function openManaged(
  deps: Deps,
  { searcher, ...opening }: Opening & { searcher: Searcher },
): Promise<Managed> {
  const holder = await openHolder(deps, opening)
  const { subscriber, today, topics } = holder
  const queries = isJoined(subscriber) ? topics.map(({ query }) => query) : []
  return {
    ...holder,
    rates: await topicRatesInSlot(deps, searcher, queries),
    isPausedByFull: await isPausedByFull(deps, subscriber),
    profile: await showProfile(deps, subscriber.id),
    receipts: await wholeReceipts(deps, subscriber, addDays(today, -RECEIPT_DAYS)),
  }
}

export async function openHolder(deps: Deps, { token, changeId }: Opening): Promise<Holder> {
  const held = await openManage(deps, token)
  const today = localDayOf(deps.clock.now(), held.zone)
  const subscriber = withoutEndedPause(held, today)
  return {
    subscriber,
    today,
    topics: await keptTopicsOf(deps.db, subscriber.id),
    next: await nextOf(deps, subscriber),
    change: changeId === undefined ? null : await changeShown(deps, { subscriber, changeId, today }),
    resubscribe: isJoined(subscriber) ? null : await undoOffered(deps, subscriber),
  }
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
): Promise<Holder['change']> {
  const change = await changeById(db, changeId)
  if (change?.subscriberId !== subscriber.id) return null
  const [newest] = await newestChanges(db, subscriber.id, 1)
  const standing = await standingOf(db, subscriber)
  const canBeUndone =
    isJoined(subscriber) && !isSame(standing, { ...standing, ...undoOf(standing, change, today) })
  return { ...change, isNewest: newest?.id === change.id, canBeUndone }
}
