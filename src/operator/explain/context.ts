import { consentsWithNotes } from '../../account/show-subscriber.ts'
import { bouncesOfMessages, bouncesOfSubscriber, type ListedBounce } from '../../bounces/bounce-list.repo.ts'
import { addDays, type Day, dayOf, instantOf } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { newestTick } from '../../core/tick.repo.ts'
import type { DigestContent } from '../../digests/digest-content.ts'
import { digestOn } from '../../digests/digest-history.repo.ts'
import type { DueDate } from '../../digests/due.ts'
import { pendingSources } from '../../digests/pending-sources.ts'
import { usualSources } from '../../digests/usual-sources.ts'
import { messagesBetween } from '../../mail/outbox/message-history.repo.ts'
import { type ListedMessage, messageById } from '../../mail/outbox/message-list.repo.ts'
import { type Receipt, receiptsSince } from '../../mail/outbox/receipt.repo.ts'
import { type SourceDay, sourceDaysBetween } from '../../sources/source-day.repo.ts'
import { newestChanges } from '../../subscribers/change.repo.ts'
import type { Change, Subscription } from '../../subscribers/change.ts'
import type { Consent } from '../../subscribers/consent.repo.ts'
import { withoutEndedPause } from '../../subscribers/pause.ts'
import type { SubscriberState } from '../../subscribers/subscriber.ts'
import { type Suppression, suppressionOf } from '../../subscribers/suppression.repo.ts'
import { type DeliveryPause, deliveryPauses } from '../delivery-pauses.ts'
import type { MessageDetails } from '../retry-message.ts'
import { type PastState, pastDueOn, stateAt, subscriptionAt } from './past-subscription.ts'
import { type RateLimitDelay, rateLimitDelay } from './rate-limit-delay.ts'
import { type Rematch, rematchTopics } from './rematch-topics.ts'

/** Who is explained: a subscriber, or what is left of one who was erased. */
export interface ExplainedSubscriber {
  id: string
  email: string | null
  addressHash: string | null
  state: SubscriberState
  /** No paper from before is offered: when they confirmed, or came by an import. */
  since: Date | null
  /** Null for whoever came by no import. */
  importedAt: Date | null
  erasedAt: Date | null
  /** What stands now. */
  subscription: Subscription
}

/** All that is known of one date of one subscriber. */
export interface ExplainContext {
  now: Date
  subject: ExplainedSubscriber
  date: Day
  /** As the hour came; where it did not, at noon. */
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
  /** What else was left for them on that date. */
  otherMails: MessageDetails[]
  /** What ever came back for them, oldest first. */
  returns: ListedBounce[]
  rematch: Rematch | null
  sources: SourceDay[]
  /** Sources that a digest which is due waits for. */
  pendingSources: string[]
  suppression: Suppression | null
  pauses: DeliveryPause[]
  /** What keeps its mail waiting, or kept it until its time was over; null where it was no pace. */
  rateLimitDelay: RateLimitDelay | null
  sending: 'on' | 'off'
  /** The newest minute in which the schedule ticked. */
  lastTick: Date | null
  keepDays: number
  /** Of Message-IDs. */
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
  const standing = withoutEndedPause(then.standing, date)
  const [receipt] = (await receiptsSince(db, { id: subject.id, zone: standing.zone }, date)).filter(
    ({ localDate, outcome }) => localDate === date && outcome !== 'welcome',
  )
  const state = stateThen(consents, at, subject, standing)
  const mails = await messagesBetween(db, {
    subscriberId: subject.id,
    ...mailWindow(date, standing.zone, state, now),
  })
  const [mail = null] = digest?.message ? await loadMessages(deps, [digest.message]) : []
  return {
    now,
    subject,
    date,
    ...then,
    subscription: standing,
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
    rematch: await rematchIfNothingMatched(deps, subject, digest, standing),
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

/** Of their date; of all time for somebody who was not confirmed, since one of them asks for that. */
const mailWindow = (date: Day, zone: string, state: PastState, now: Date) =>
  state === 'pending'
    ? { from: new Date(0), to: now }
    : { from: instantOf(date, 0, zone), to: instantOf(addDays(date, 1), 0, zone) }

const contentOf = (content: unknown): DigestContent | null => {
  const digestContent = content as DigestContent | null
  return digestContent?.sections ? digestContent : null
}

type Digest = Awaited<ReturnType<typeof digestOn>>

/** Under the schedule of its plan. What else stood is looked up when the digest was opened. */
function scheduleOf(
  digest: NonNullable<Digest>,
  changes: Change[],
  { subscription }: ExplainedSubscriber,
): { standing: Subscription } {
  const stood = subscriptionAt(changes, subscription, digest.createdAt)
  const { zone, hour, days } = digest.plan
  return { standing: { ...stood, zone, hour, days: days.split(',') as Subscription['days'] } }
}

function stateThen(
  consents: Consent[],
  at: Date,
  now: ExplainedSubscriber,
  { state }: Subscription,
): PastState {
  const recorded = stateAt(consents, at, now)
  // The row of a pause that has run out says paused until something is due.
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
    .map((message) => ({ ...message, returned: returns.filter(({ messageId }) => messageId === message.id) }))
}

/** Only where nothing matched: a digest with papers says itself what it looked at. */
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
    toPaper: topics.length > 0 ? digest.toPaper : digest.plan.horizon,
    toHistory: digest.toHistory,
  })
}
