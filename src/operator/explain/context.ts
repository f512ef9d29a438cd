import { consentsWithNotes } from '../../account/show-subscriber.ts'
import { bouncesOfMessages, bouncesOfSubscriber, type ListedBounce } from '../../bounces/bounce-list.repo.ts'
import { recentActions } from '../../core/action.repo.ts'
import { addDays, type Day, dayOf, instantOf, midnight } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { DELIVERY_SWITCH, isHoldSwitch } from '../../core/restored-database.ts'
import { readSwitch } from '../../core/switch.repo.ts'
import { newestTick } from '../../core/tick.repo.ts'
import { digestOn } from '../../digests/digest.repo.ts'
import type { DigestContent } from '../../digests/digest-content.ts'
import type { DueDate } from '../../digests/due.ts'
import { pendingSources, usualSources } from '../../digests/open-due.ts'
import { countAcceptances } from '../../mail/outbox/acceptance.repo.ts'
import {
  type ListedMessage,
  type MessageWithHistory,
  messageById,
  messagesBetween,
} from '../../mail/outbox/message-list.repo.ts'
import { type Receipt, receiptsSince } from '../../mail/outbox/receipt.repo.ts'
import { emailDomain, rampUpQuota } from '../../mail/rate-limits/send-rate.ts'
import { type SourceDay, sourceDaysBetween } from '../../sources/source-day.repo.ts'
import { newestChanges } from '../../subscribers/change.repo.ts'
import { type Change, type Subscription, withoutEndedPause } from '../../subscribers/change.ts'
import type { Consent } from '../../subscribers/subscriber.repo.ts'
import type { SubscriberState } from '../../subscribers/subscriber.ts'
import { type Suppression, suppressionOf } from '../../subscribers/suppression.repo.ts'
import { alertsDuring } from '../alerts/alert.repo.ts'
import { deliveryLimits, deliveryLimitText } from '../delivery-limits.ts'
import { isWaiting } from '../message-timeline.ts'
import type { MessageDetails } from '../retry-message.ts'
import type { Verdict } from './format.ts'
import { type PastState, pastDueOn, stateAt, subscriptionAt } from './past-subscription.ts'
import { type Rematch, rematchTopics } from './rematch-topics.ts'

/** The subject: a subscriber, or the tombstone of an erased one. */
export interface ExplainedSubscriber {
  id: string
  email: string | null
  addressHash: string | null
  state: SubscriberState
  /** Papers from before this are not offered: when they confirmed, or were imported. */
  since: Date | null
  /** Null if they were not imported. */
  importedAt: Date | null
  erasedAt: Date | null
  /** The current subscription. */
  subscription: Subscription
}

/** All facts about one date of one subscriber. */
export interface ExplainContext {
  now: Date
  subject: ExplainedSubscriber
  date: Day
  /** At the due hour; at noon if nothing was due. */
  state: PastState
  subscription: Subscription
  due: DueDate | null
  passedOver: boolean
  /** Oldest first. */
  consents: Consent[]
  /** Newest first. */
  changes: Change[]
  digest: (NonNullable<Awaited<ReturnType<typeof digestOn>>> & { said: DigestContent | null }) | null
  outcome: Receipt['outcome'] | null
  mail: MessageDetails | null
  /** Other messages of that date. */
  otherMails: MessageDetails[]
  /** All their bounces, oldest first. */
  returns: ListedBounce[]
  rematch: Rematch | null
  sources: SourceDay[]
  /** Sources that a due digest waits for. */
  pendingSources: string[]
  suppression: Suppression | null
  pauses: DeliveryPause[]
  /** The rate limit that delays the message, or delayed it until its deadline; null if none did. */
  rateLimitDelay: RateLimitDelay | null
  sending: 'on' | 'off'
  /** The newest minute with a tick of the schedule. */
  lastTick: Date | null
  keepDays: number
  /** Domain of our Message-IDs. */
  senderDomain: string
}

const MAX_CHANGES = 1000

export async function loadExplainContext(
  deps: Deps,
  subject: ExplainedSubscriber,
  date: Day,
): Promise<ExplainContext> {
  const { db, clock, config } = deps
  const now = clock.now()
  const consents = await consentsWithNotes(db, subject.id)
  const changes = await newestChanges(db, subject.id, MAX_CHANGES)
  const digest = await digestOn(db, { subscriberId: subject.id, localDate: date })
  const digestContent = contentOf(digest?.content)
  const noon = instantOf(date, 12, digest?.plan.zone ?? subject.subscription.zone)
  const then = digest
    ? {
        due: { localDate: date, dueAt: digest.dueAt },
        ...scheduleOf(digest, changes, subject),
        passedOver: false,
      }
    : pastDueOn(changes, subject.subscription, date, noon)
  const at = then.due?.dueAt ?? noon
  const subscription = withoutEndedPause(then.subscription, date)
  const [receipt] = (await receiptsSince(db, { id: subject.id, zone: subscription.zone }, date)).filter(
    ({ localDate, outcome }) => localDate === date && outcome !== 'welcome',
  )
  const state = stateThen(consents, at, subject, subscription)
  const mails = await messagesBetween(db, {
    subscriberId: subject.id,
    ...mailWindow(date, subscription.zone, state, now),
  })
  const [mail = null] = digest?.message ? await loadMessages(deps, [digest.message]) : []
  return {
    now,
    subject,
    date,
    ...then,
    subscription,
    state,
    consents,
    changes,
    digest: digest && { ...digest, said: digestContent },
    outcome: receipt?.outcome ?? null,
    mail,
    rateLimitDelay: mail && (await rateLimitDelay(deps, mail)),
    otherMails: await loadMessages(
      deps,
      mails.filter(({ kind }) => kind !== 'digest'),
    ),
    returns: await bouncesOfSubscriber(db, subject.id),
    rematch: await rematchIfNothingMatched(deps, subject, digest, subscription),
    sources: await sourceDaysBetween(db, { from: addDays(dayOf(at), -1), to: dayOf(at) }),
    pendingSources: digest ? [] : await pendingSourcesNow(deps, then.due),
    suppression: subject.addressHash ? await suppressionOf(db, subject.addressHash) : null,
    pauses: await deliveryPauses(deps),
    sending: config.SENDING,
    lastTick: await newestTick(db),
    keepDays: config.KEEP_DAYS,
    senderDomain: config.MAIL_FROM.split('@').at(-1)!,
  }
}

const pendingSourcesNow = async (deps: Deps, due: DueDate | null): Promise<string[]> => {
  const now = deps.clock.now()
  return due && due.dueAt <= now ? pendingSources({ ...due, now }, await usualSources(deps, now)) : []
}

/** Messages of their date; of all time for an unconfirmed subscriber, because one of them asks for the confirmation. */
const mailWindow = (date: Day, zone: string, state: PastState, now: Date) =>
  state === 'pending'
    ? { from: new Date(0), to: now }
    : { from: instantOf(date, 0, zone), to: instantOf(addDays(date, 1), 0, zone) }

const contentOf = (content: unknown): DigestContent | null => {
  const digestContent = content as DigestContent | null
  return digestContent?.sections ? digestContent : null
}

type Digest = Awaited<ReturnType<typeof digestOn>>

/** The subscription with the schedule of the plan. Everything else is as of the digest's creation. */
function scheduleOf(
  digest: NonNullable<Digest>,
  changes: Change[],
  { subscription }: ExplainedSubscriber,
): { subscription: Subscription } {
  const stood = subscriptionAt(changes, subscription, digest.createdAt)
  const { zone, hour, days } = digest.plan
  return { subscription: { ...stood, zone, hour, days: days.split(',') as Subscription['days'] } }
}

function stateThen(
  consents: Consent[],
  at: Date,
  now: ExplainedSubscriber,
  { state }: Subscription,
): PastState {
  const recorded = stateAt(consents, at, now)
  // The stored state of an expired pause remains "paused" until something is due.
  return recorded === 'paused' && state === 'active' ? 'active' : recorded
}

async function loadMessages(
  { db }: Deps,
  mails: readonly Pick<ListedMessage, 'id'>[],
): Promise<MessageDetails[]> {
  const ids = mails.map(({ id }) => id)
  const returns = await bouncesOfMessages(db, ids)
  const found = await Promise.all(ids.map((id) => messageById(db, id)))
  return found
    .filter((message) => message !== null)
    .map((message) => ({ ...message, bounces: returns.filter(({ messageId }) => messageId === message.id) }))
}

/** Only if nothing matched: a digest with papers records what it was made from. */
async function rematchIfNothingMatched(
  { db }: Deps,
  { id, since }: ExplainedSubscriber,
  digest: Digest,
  { topics }: Subscription,
): Promise<Rematch | null> {
  if (digest?.outcome !== 'nothing_matched' || digest.fromPaper === null || digest.toPaper === null)
    return null
  return rematchTopics(db, {
    subscriberId: id,
    localDate: dayOf(digest.localDate),
    confirmedAt: since,
    topics,
    fromPaper: topics.length > 0 ? digest.fromPaper : 0,
    toPaper: topics.length > 0 ? digest.toPaper : digest.plan.maxPaperId,
    toHistory: digest.toHistory,
  })
}

/** The rate limit that a digest waits for, or waited for until its deadline. The text continues "Waiting: ". */
type RateLimitDelay = Verdict

/** Null if no known rate limit delayed it. */
async function rateLimitDelay(deps: Deps, mail: MessageWithHistory): Promise<RateLimitDelay | null> {
  if (mail.lane !== 'bulk' || mail.toAddress === null) return null
  const domain = emailDomain(mail.toAddress)
  if (isWaiting(mail)) return currentDelay(deps, domain)
  return mail.reason === 'expired' ? pastDelay(deps, mail, domain) : null
}

async function currentDelay(deps: Deps, domain: string): Promise<RateLimitDelay | null> {
  const sendRate = (await deliveryLimits(deps)).find(
    ({ kind, domain: whose, left }) => whose === domain || (kind === 'ramp-up' && left === 0),
  )
  return sendRate
    ? {
        code: sendRate.kind === 'ramp-up' ? 'ramp-up' : `domain-${sendRate.kind}`,
        text: deliveryLimitText(sendRate),
      }
    : null
}

async function pastDelay(
  { db, config }: Deps,
  { datedAt, deadline }: MessageWithHistory,
  domain: string,
): Promise<RateLimitDelay | null> {
  const stopped = await alertsDuring(db, { kind: 'run-stopped', from: datedAt, to: deadline })
  if (stopped.some(({ values }) => values.what === 'domain-held' && values.subject === domain))
    return { code: 'domain-held', text: `email to ${domain} was on hold because it refused too much` }
  const mails = rampUpQuota(config, datedAt)
  if (mails === undefined) return null
  const from = midnight(dayOf(datedAt))
  const went = await countAcceptances(db, { from, to: midnight(addDays(dayOf(datedAt), 1)), most: mails })
  return went < mails
    ? null
    : {
        code: 'ramp-up',
        text: `the ${mails.toLocaleString('en')} emails allowed that day for a new sending domain were used up (ramp-up)`,
      }
}

/** A period in which no email was sent. */
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
