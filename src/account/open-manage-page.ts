import { addDays, type Day, localDayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { topicHeadings } from '../queries/language/topic-name.ts'
import type { Searcher } from '../search/for-visitor.ts'
import { changeById, newestChanges } from '../subscribers/change.repo.ts'
import { changesToUndo, isSameSubscription, MAILBOX_FULL, withoutEndedPause } from '../subscribers/change.ts'
import { hasSubscription, type Subscriber } from '../subscribers/subscriber.ts'
import { loadSubscription, storedTopicsOf, topicsOf } from '../subscribers/topic.repo.ts'
import { formatTopicsText } from '../subscribers/topics-text.ts'
import { learnedTopics } from '../subscribers/vote.repo.ts'
import { subscriberByManageLink } from './find-subscriber.ts'
import { nextMailOf, receiptsWithReturns } from './show-subscriber.ts'
import { topicCountsFor } from './signup/topic-rates.ts'
import { resubscribeToken } from './unsubscribe.ts'

const RECEIPT_DAYS = 30

export type LinkHolder = Awaited<ReturnType<typeof openLinkHolder>>
export type ShownTopic = LinkHolder['topics'][number]
export type OpenedManagePage = Awaited<ReturnType<typeof openManagePage>>

interface Opening {
  token: string
  changeId?: number
}

// Both are read-only and throw link.*.

export async function openManagePage(deps: Deps, { searcher, ...opening }: Opening & { searcher: Searcher }) {
  const holder = await openLinkHolder(deps, opening)
  const { subscriber, today, topics } = holder
  const queries = hasSubscription(subscriber) ? topics.map(({ query }) => query) : []
  return {
    ...holder,
    /** What each query would have matched in 30 days; empty if that cannot be counted. */
    counts: await topicCountsFor(deps, searcher, queries),
    /** They are paused because their mailbox was full, and have changed nothing since. */
    isPausedByFull: await isPausedByFull(deps, subscriber),
    /** What votes and buttons taught, by topic. */
    learned: await learnedTopics(deps.db, [subscriber.id]),
    /** Newest first. */
    receipts: await receiptsWithReturns(deps, subscriber, addDays(today, -RECEIPT_DAYS)),
  }
}

export async function openLinkHolder(deps: Deps, { token, changeId }: Opening) {
  const held = await subscriberByManageLink(deps, token)
  const today = localDayOf(deps.clock.now(), held.zone)
  const subscriber = withoutEndedPause(held, today)
  const topics = await storedTopicsOf(deps.db, subscriber.id)
  const labels = topicHeadings(topics)
  return {
    /** Active if their pause has ended. */
    subscriber,
    today,
    /** Each with the heading under which pages show it. */
    topics: topics.map((topic, i) => ({ ...topic, label: labels[i]! })),
    /** The next email; undefined if none is due. */
    next: await nextMailOf(deps, subscriber),
    /** The requested change; null if it is not the subscriber's. */
    change: changeId === undefined ? null : await shownChange(deps, { subscriber, changeId, today }),
    /** The token that undoes an unsubscribe of a moment ago. */
    resubscribe: hasSubscription(subscriber) ? null : await resubscribeToken(deps, subscriber),
  }
}

async function isPausedByFull({ db }: Deps, { id, state }: Subscriber): Promise<boolean> {
  if (state !== 'paused') return false
  const [newest] = await newestChanges(db, id, 1)
  return newest?.how === MAILBOX_FULL
}

async function shownChange(
  { db }: Deps,
  { subscriber, changeId, today }: { subscriber: Subscriber; changeId: number; today: Day },
) {
  const change = await changeById(db, changeId)
  if (change?.subscriberId !== subscriber.id) return null
  const [newest] = await newestChanges(db, subscriber.id, 1)
  const subscription = await loadSubscription(db, subscriber)
  const canBeUndone =
    hasSubscription(subscriber) &&
    !isSameSubscription(subscription, { ...subscription, ...changesToUndo(subscription, change, today) })
  return { ...change, isNewest: newest?.id === change.id, canBeUndone }
}

/** The topics of the holder of a manage link, as a text. Throws link.*. */
export async function topicsFile(deps: Deps, token: string): Promise<string> {
  const { id } = await subscriberByManageLink(deps, token)
  return formatTopicsText(await topicsOf(deps.db, id))
}
