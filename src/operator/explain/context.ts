import { consentsWithNotes } from '../../account/show-subscriber.ts'
import { bouncesOfSubscriber } from '../../bounces/bounce-list.repo.ts'
import { recentActions } from '../../core/action.repo.ts'
import { addDays, type Day, dayOf, instantOf } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { DELIVERY_SWITCH, isHoldSwitch } from '../../core/restored-database.ts'
import { readSwitch } from '../../core/switch.repo.ts'
import { newestSlot } from '../../core/tick.repo.ts'
import { digestOn } from '../../digests/digest.repo.ts'
import { type DueDate, dueOn } from '../../digests/due.ts'
import { pendingSources, usualSources } from '../../digests/open-due.ts'
import { messagesBetween } from '../../mail/outbox/message-list.repo.ts'
import { receiptsSince } from '../../mail/outbox/receipt.repo.ts'
import { emailDomain } from '../../mail/rate-limits/send-rate.ts'
import { domainOf } from '../../mail/smtp/build-mime.ts'
import { sourceDaysBetween } from '../../sources/source-day.repo.ts'
import { newestChanges } from '../../subscribers/change.repo.ts'
import { type Change, type Subscription, withoutEndedPause } from '../../subscribers/change.ts'
import type { Consent } from '../../subscribers/subscriber.repo.ts'
import type { SubscriberState } from '../../subscribers/subscriber.ts'
import { suppressionOf } from '../../subscribers/suppression.repo.ts'
import { deliveryLimits, deliveryLimitText } from '../delivery-report.ts'
import { isWaiting, type MessageDetails, showMessage } from '../message-details.ts'
import { type Verdict, verdict } from './format.ts'
import { type WhyNothingMatched, whyNothingMatched } from './why-nothing-matched.ts'

export interface ExplainedSubscriber {
  id: string
  email: string
  addressHash: string
  /** Papers from before this are not offered: when they confirmed, or were imported. */
  since: Date | null
  importedAt: Date | null
  subscription: Subscription
}

export type ExplainContext = Awaited<ReturnType<typeof loadExplainContext>>

const MAX_CHANGES = 1000

/** All facts about one date of one subscriber. Their state and subscription are as of the due hour; noon if there is none. */
export async function loadExplainContext(deps: Deps, subject: ExplainedSubscriber, date: Day) {
  const { db, clock, config } = deps
  const now = clock.now()
  const { id } = subject
  const consents = await consentsWithNotes(db, id)
  const changes = await newestChanges(db, id, MAX_CHANGES)
  const digest = await digestOn(db, { subscriberId: id, localDate: date })
  const noon = instantOf(date, 12, digest?.plan.zone ?? subject.subscription.zone)
  const then = digest
    ? plannedDue(digest, changes, subject)
    : pastDueOn(changes, subject.subscription, date, noon)
  const at = then.due?.dueAt ?? noon
  const subscription = withoutEndedPause(then.subscription, date)
  const { zone } = subscription
  const receipts = await receiptsSince(db, { id, zone }, date)
  const recorded = stateAt(consents, at, subject)
  // The stored state of an expired pause remains "paused" until something is due.
  const state = recorded === 'paused' && subscription.state === 'active' ? 'active' : recorded
  // Of all time for an unconfirmed subscriber, because one of them asks for the confirmation.
  const [from, to] =
    state === 'pending' ? [new Date(0), now] : [date, addDays(date, 1)].map((day) => instantOf(day, 0, zone))
  const mails = await messagesBetween(db, { subscriberId: id, from: from!, to: to! })
  const detailsOf = (mail: { id: string }) => showMessage(deps, mail)
  const mail = digest?.message ? await detailsOf(digest.message) : null
  return {
    now,
    subject,
    date,
    ...then,
    subscription,
    state,
    /** Oldest first. */
    consents,
    /** Newest first. */
    changes,
    digest,
    outcome: receipts.find(({ localDate, outcome }) => localDate === date && outcome !== 'welcome')?.outcome,
    mail,
    /** The rate limit that delays the message; null if none does. */
    rateLimitDelay: mail && (await rateLimitDelay(deps, mail)),
    otherMails: await Promise.all(mails.filter(({ kind }) => kind !== 'digest').map(detailsOf)),
    /** All their bounces, oldest first. */
    returns: await bouncesOfSubscriber(db, id),
    nothingMatched: await explainNothingMatched(deps, subject, digest, subscription),
    sources: await sourceDaysBetween(db, { from: addDays(dayOf(at), -1), to: dayOf(at) }),
    pendingSources:
      !digest && then.due && then.due.dueAt <= now
        ? pendingSources({ ...then.due, now }, await usualSources(deps, now))
        : [],
    suppression: await suppressionOf(db, subject.addressHash),
    pauses: await deliveryPauses(deps),
    sending: config.SENDING,
    /** The newest minute with a tick of the schedule. */
    lastTick: await newestSlot(db, 'minute'),
    keepDays: config.KEEP_DAYS,
    senderDomain: domainOf(config.MAIL_FROM),
  }
}

type Digest = NonNullable<Awaited<ReturnType<typeof digestOn>>>

/** The subscription with the schedule of the plan. Everything else is as of the digest's creation. */
function plannedDue(
  { localDate, dueAt, createdAt, plan: { zone, hour, days } }: Digest,
  changes: Change[],
  { subscription }: ExplainedSubscriber,
): PastDue {
  const schedule = { zone, hour, days: days.split(',') as Subscription['days'] }
  return {
    due: { localDate: dayOf(localDate), dueAt },
    subscription: { ...subscriptionAt(changes, subscription, createdAt), ...schedule },
    passedOver: false,
  }
}

/** Null unless nothing matched: a digest with papers records what it was made from. */
async function explainNothingMatched(
  { db }: Deps,
  { id, since }: ExplainedSubscriber,
  digest: Digest | null,
  { topics }: Subscription,
): Promise<WhyNothingMatched | null> {
  if (digest?.outcome !== 'nothing_matched' || digest.fromPaper === null || digest.toPaper === null)
    return null
  return whyNothingMatched(db, {
    subscriberId: id,
    localDate: dayOf(digest.localDate),
    confirmedAt: since,
    topics,
    fromPaper: topics.length > 0 ? digest.fromPaper : 0,
    toPaper: topics.length > 0 ? digest.toPaper : digest.plan.maxPaperId,
    toHistory: digest.toHistory,
  })
}

/** The rate limit that a digest waits for; null if none delays it. */
async function rateLimitDelay(deps: Deps, mail: MessageDetails): Promise<Verdict | null> {
  if (mail.lane !== 'bulk' || mail.toAddress === null || !isWaiting(mail)) return null
  const domain = emailDomain(mail.toAddress)
  const limit = (await deliveryLimits(deps)).find(
    ({ kind, domain: whose, left }) => whose === domain || (kind === 'ramp-up' && left === 0),
  )
  if (!limit) return null
  const code = limit.kind === 'ramp-up' ? 'ramp-up' : `domain-${limit.kind}`
  return verdict(code, deliveryLimitText(limit))
}

interface DeliveryPause {
  from: Date
  /** Null while the pause lasts. */
  to: Date | null
  /** Null once the pause is over. */
  reason: string | null
  /** The database was restored, so planning is paused too. */
  restored: boolean
}

const MAX_ACTIONS = 1000
const PAUSE = 'delivery pause'
const RESUME = 'delivery resume'

/** The operator's past pauses, and the current pause whatever its cause; oldest first. */
async function deliveryPauses({ db }: Pick<Deps, 'db'>): Promise<DeliveryPause[]> {
  const actions = await recentActions(db, { limit: MAX_ACTIONS, verbs: [PAUSE, RESUME] })
  const current = await readSwitch(db, DELIVERY_SWITCH)
  const pauses: DeliveryPause[] = []
  let from: Date | undefined
  for (const { verb, at } of actions.toReversed()) {
    if (verb === PAUSE) from ??= at
    else if (from) {
      pauses.push({ from, to: at, reason: null, restored: false })
      from = undefined
    }
  }
  if (!current) return pauses
  return [...pauses, { from: current.at, to: null, reason: current.reason, restored: isHoldSwitch(current) }]
}

/** The pauses that overlap an interval. */
export const pausesBetween = (pauses: readonly DeliveryPause[], from: Date, to: Date): DeliveryPause[] =>
  pauses.filter((pause) => pause.from < to && (!pause.to || pause.to > from))

/** none: no one had signed up with this address. */
export type PastState = SubscriberState | 'none'

const STATE_AFTER: Partial<Record<Consent['event'], PastState>> = {
  confirmed: 'active',
  resumed: 'active',
  paused: 'paused',
  unsubscribed: 'unsubscribed',
}

/**
 * The state at an instant, from the consent records up to it (oldest first). `state` is the current state, used if
 * there are no records. Before an import the state is "none": the imported consent may be older, or is requested later.
 */
function stateAt(
  consents: readonly Consent[],
  at: Date,
  { subscription, importedAt }: { subscription: Subscription; importedAt: Date | null },
): PastState {
  const [first] = consents
  if (!first) return subscription.state
  if (importedAt !== null && at < importedAt) return 'none'
  let now: PastState = first.event === 'asked' && importedAt !== null ? 'pending' : 'none'
  let before: PastState = 'none'
  let isSuppressed = false
  for (const { event, how } of consents.filter((one) => one.at <= at)) {
    let next = STATE_AFTER[event]
    if (event === 'asked' && now === 'none') next = 'pending'
    if (event === 'resubscribed') next = before
    if (event === 'unsuppressed' && how === 'asked again') next = 'unsubscribed'
    if (next) [before, now] = [now, next]
    if (event === 'suppressed') isSuppressed = true
    if (event === 'unsuppressed' || event === 'confirmed') isSuppressed = false
  }
  return isSuppressed ? 'suppressed' : now
}

/** `changes`: newest first; `now`: the current subscription. */
const subscriptionAt = (changes: readonly Change[], now: Subscription, at: Date): Subscription =>
  changes.findLast((change) => change.at > at)?.before ?? now

export interface PastDue {
  /** Null: no due hour fell on that date while its schedule was in effect. */
  due: DueDate | null
  subscription: Subscription
  /** The date was a delivery day, but a change skipped its hour. */
  passedOver: boolean
}

/** When something was due on a date, by the schedule in effect at its due hour. */
function pastDueOn(changes: readonly Change[], now: Subscription, date: Day, noon: Date): PastDue {
  const dues = [...changes.toReversed().map(({ before }) => before), now].flatMap((subscription) => {
    const due = dueOn(subscription, date)
    return due ? [{ due, subscription }] : []
  })
  const held = dues.find(({ due, subscription }) => subscriptionAt(changes, now, due.dueAt) === subscription)
  if (held) return { ...held, passedOver: false }
  const subscription = subscriptionAt(changes, now, noon)
  return { due: null, subscription, passedOver: dues.length > 0 && changes.length > 0 }
}
