import { consentsWithNotes } from '../../account/show-subscriber.ts'
import { bouncesOfSubscriber } from '../../bounces/bounce-list.repo.ts'
import { recentActions } from '../../core/action.repo.ts'
import type { Database } from '../../core/database/database.ts'
import { addDays, type Day, dayOf, instantOf } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { DELIVERY_SWITCH, isHoldSwitch } from '../../core/restored-database.ts'
import { readSwitch } from '../../core/switch.repo.ts'
import { newestSlot } from '../../core/tick.repo.ts'
import { receivesSince } from '../../digests/compose.ts'
import { digestOn, digestsBefore, recipientOf } from '../../digests/digest.repo.ts'
import { type DueDate, dueOn } from '../../digests/due.ts'
import { eligibleSince } from '../../digests/eligible-range.ts'
import { pendingSources, usualSources } from '../../digests/usual-sources.ts'
import { messagesBetween } from '../../mail/outbox/message-list.repo.ts'
import { receiptsSince } from '../../mail/outbox/receipt.repo.ts'
import { deliveryLimits } from '../../operator/delivery-report.ts'
import { showMessage } from '../../operator/message-details.ts'
import { maxPaperId, papersInRange } from '../../papers/paper.repo.ts'
import { parseQuery } from '../../queries/language/parse-query.ts'
import { mentionsRevised } from '../../queries/query.ts'
import { sourceDaysBetween } from '../../sources/source-day.repo.ts'
import { newestChanges } from '../../subscribers/change.repo.ts'
import { type Change, isRescheduled, type Subscription, withoutEndedPause } from '../../subscribers/change.ts'
import type { Consent } from '../../subscribers/consent.repo.ts'
import { isReadable } from '../../subscribers/read-signup.ts'
import type { Subscriber, SubscriberState, TopicText } from '../../subscribers/subscriber.ts'
import { suppressionOf } from '../../subscribers/suppression.repo.ts'
import { loadSubscription } from '../../subscribers/topic.repo.ts'

type Digest = NonNullable<Awaited<ReturnType<typeof digestOn>>>

export type Recorded = Awaited<ReturnType<typeof loadRecorded>>

const MAX_CHANGES = 1000

/**
 * What is recorded about one date of a subscriber. If a digest was opened, its row and its plan say what was decided;
 * otherwise consents and changes say who they were at the due hour, or at noon if nothing was due.
 */
export async function loadRecorded(deps: Deps, subscriber: Subscriber, date: Day) {
  const { db, clock, config } = deps
  const now = clock.now()
  const { id } = subscriber
  const recipient = await recipientOf(db, id)
  const importedAt = recipient?.importedAt ?? null
  const consents = await consentsWithNotes(db, id)
  const changes = await newestChanges(db, id, MAX_CHANGES)
  const history = { consents, changes, importedAt, current: await loadSubscription(db, subscriber) }
  const digest = await digestOn(db, { subscriberId: id, localDate: date })
  const decided = digest ? ofDigest(digest, history) : ofHistory(history, date, now)
  const { due, state, subscription } = decided
  const { zone } = subscription
  const at = due?.dueAt ?? instantOf(date, 12, zone)
  const receipts = await receiptsSince(db, { id, zone }, date)
  const mail = digest?.message ? await showMessage(deps, digest.message) : null
  return {
    ...decided,
    ...history,
    now,
    date,
    digest,
    outcome: receipts.find(({ localDate, outcome }) => localDate === date && outcome !== 'welcome')?.outcome,
    papers:
      digest?.outcome === 'nothing_matched'
        ? await papersAround(db, digest, {
            since: recipient && receivesSince(recipient),
            topics: subscription.topics,
          })
        : null,
    mail,
    otherMails: await otherMails(deps, { id, date, zone, isPending: state === 'pending' }),
    /** All their bounces, oldest first. */
    returns: await bouncesOfSubscriber(db, id),
    sources: await sourceDaysBetween(db, { from: addDays(dayOf(at), -1), to: dayOf(at) }),
    pendingSources:
      !digest && due && due.dueAt <= now
        ? pendingSources({ ...due, now }, await usualSources(deps, now))
        : [],
    suppression: await suppressionOf(db, subscriber.addressHash),
    pauses: await deliveryPauses(db),
    limits: await deliveryLimits(deps),
    /** The newest minute with a tick of the schedule. */
    lastTick: await newestSlot(db, 'minute'),
    config,
  }
}

interface History {
  /** Oldest first. */
  consents: Consent[]
  /** Newest first. */
  changes: Change[]
  importedAt: Date | null
  /** The subscription now. */
  current: Subscription
}

/** none: no one had signed up with this address. */
type PastState = SubscriberState | 'none'

interface Decided {
  subscription: Subscription
  /** Undefined: no due hour was on that date. */
  due: DueDate | undefined
  /** It was a delivery day, but a change on it skipped its hour. */
  isSkipped: boolean
  state: PastState
}

const subscriptionAt = ({ changes, current }: History, at: Date): Subscription =>
  changes.findLast((change) => change.at > at)?.before ?? current

/** The schedule is that of the plan. */
function ofDigest({ localDate, dueAt, createdAt, outcome, plan }: Digest, history: History): Decided {
  const date = dayOf(localDate)
  const { zone, hour } = plan
  const days = plan.days.split(',') as Subscription['days']
  return {
    subscription: withoutEndedPause({ ...subscriptionAt(history, createdAt), zone, hour, days }, date),
    due: { localDate: date, dueAt },
    isSkipped: false,
    state: outcome === 'paused' ? 'paused' : 'active',
  }
}

/** The schedule is that of the end of the date. */
function ofHistory(history: History, date: Day, now: Date): Decided {
  const end = instantOf(addDays(date, 1), 0, history.current.zone)
  const subscription = withoutEndedPause(subscriptionAt(history, end), date)
  const hour = dueOn(subscription, date)
  const isSkipped = history.changes.some(
    ({ at, before, after }) => hour && at > hour.dueAt && at <= end && isRescheduled(before, after),
  )
  const due = isSkipped ? undefined : hour
  const at = due?.dueAt ?? instantOf(date, 12, subscription.zone)
  const state = at > now ? subscription.state : stateAt(history, at, subscription.state)
  return { subscription, due, isSkipped, state }
}

const STATE_AFTER: Partial<Record<Consent['event'], PastState>> = {
  confirmed: 'active',
  resumed: 'active',
  resubscribed: 'active',
  paused: 'paused',
  unsubscribed: 'unsubscribed',
}

const OF_SUPPRESSION: Consent['event'][] = ['suppressed', 'unsuppressed', 'confirmed']

/** The state after the last consent before `at`; "none" before an import. `current`: if there is no consent at all. */
function stateAt({ consents, importedAt }: History, at: Date, current: SubscriberState): PastState {
  if (consents.length === 0) return current
  if (importedAt !== null && at < importedAt) return 'none'
  const past = consents.filter((one) => one.at <= at).map(({ event }) => event)
  if (past.findLast((event) => OF_SUPPRESSION.includes(event)) === 'suppressed') return 'suppressed'
  const last = past.findLast((event) => STATE_AFTER[event])
  if (last) return STATE_AFTER[last]!
  return past.length > 0 || importedAt !== null ? 'pending' : 'none'
}

/** Their other emails of that date; of all time for an unconfirmed subscriber, as one asks for the confirmation. */
async function otherMails(
  deps: Deps,
  { id, date, zone, isPending }: { id: string; date: Day; zone: string; isPending: boolean },
) {
  const from = isPending ? new Date(0) : instantOf(date, 0, zone)
  const to = isPending ? deps.clock.now() : instantOf(addDays(date, 1), 0, zone)
  const mails = await messagesBetween(deps.db, { subscriberId: id, from, to })
  return Promise.all(mails.filter(({ kind }) => kind !== 'digest').map((mail) => showMessage(deps, mail)))
}

/** The papers of the 14 days up to a digest's date, by the range of ids that it recorded. */
async function papersAround(
  db: Database,
  digest: Digest,
  { since, topics }: { since: Date | null; topics: readonly TopicText[] },
) {
  const { subscriberId, fromPaper, toPaper } = digest
  const localDate = dayOf(digest.localDate)
  const firstDayFrom = eligibleSince(localDate, since)
  const withRevised = topics.some(({ query }) => isReadable(query) && mentionsRevised(parseQuery(query)))
  const orRevisedFrom = withRevised ? firstDayFrom : undefined
  const upTo = await maxPaperId(db)
  const all = await papersInRange(db, { after: 0, upTo, firstDayFrom, orRevisedFrom })
  const digests = await digestsBefore(db, { subscriberId, localDate })
  const emailedOn = new Map(
    digests.toReversed().flatMap(({ localDate: day, papers }) => papers.map((id) => [id, dayOf(day)])),
  )
  const seen = all.filter(({ id }) => id <= toPaper!)
  return {
    total: seen.length,
    fresh: seen.filter(({ id }) => id > fromPaper! && !emailedOn.has(id)).length,
    /** Newest first. */
    shown: all.toReversed().flatMap(({ id, title }) => {
      const day = emailedOn.get(id)
      return day ? [{ title, day }] : []
    }),
    later: all.filter(({ id, firstDay }) => id > toPaper! && firstDay <= localDate).length,
  }
}

interface DeliveryPause {
  from: Date
  /** Null while the pause lasts. */
  to: Date | null
  /** Null once the pause is over. */
  reason: string | null
  /** The database was restored, so planning is paused too. */
  isRestored: boolean
}

const MAX_ACTIONS = 1000
const PAUSE = 'delivery pause'
const RESUME = 'delivery resume'

/** The operator's past pauses, and the current pause whatever its cause; the current one first. */
async function deliveryPauses(db: Database): Promise<DeliveryPause[]> {
  const actions = await recentActions(db, { limit: MAX_ACTIONS, verbs: [PAUSE, RESUME] })
  const past = actions.flatMap(({ verb, at: to }, i) => {
    const before = actions[i + 1]
    const isEnd = verb === RESUME && before?.verb === PAUSE
    return isEnd ? [{ from: before.at, to, reason: null, isRestored: false }] : []
  })
  const current = await readSwitch(db, DELIVERY_SWITCH)
  if (!current) return past
  const { at: from, reason } = current
  return [{ from, to: null, reason, isRestored: isHoldSwitch(current) }, ...past]
}

/** The pauses that overlap an interval. */
export const pausesBetween = (pauses: readonly DeliveryPause[], from: Date, to: Date): DeliveryPause[] =>
  pauses.filter((pause) => pause.from < to && (!pause.to || pause.to > from))
