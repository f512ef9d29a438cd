import type { Database } from '../core/database/database.ts'
import { DAY_MS } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { enqueue } from '../mail/outbox/message.repo.ts'
import { recordConsents } from './consent.repo.ts'
import { CONSENT_WORDING, NO_PAGE } from './consent.ts'
import type { CheckedSignup } from './read-signup.ts'
import { createSignup, newestUnconfirmedSignup } from './signup.repo.ts'
import { changeSubscriber, lockOrCreateSubscriber } from './subscriber.repo.ts'
import { hasSubscription, type SignupRequest, type Subscriber } from './subscriber.ts'
import { liftSuppression, mayBeConfirmedAgain, type Suppression, suppressionOf } from './suppression.repo.ts'
import { topicsOf } from './topic.repo.ts'
import { type LinkMessage, takeEmailPermit, transactionalMessage } from './transactional-message.ts'

/** The lifetime of the link in a confirmation. */
const AGAIN_WITHIN_MS = 7 * DAY_MS

/**
 * confirmation: the button creates a subscription. add-topics: the button adds topics to an existing one. manage-link:
 * to a subscriber who named no topic.
 */
export const SIGNUP_EMAIL_KINDS = ['confirmation', 'add-topics', 'manage-link'] as const
/** account-link: to a former subscriber who requests their link while sign-up is closed. */
type SignupEmailKind = (typeof SIGNUP_EMAIL_KINDS)[number] | 'account-link'

/** The content of a confirmation and of an add-topics message; the other kinds have a LinkMessage. */
export interface SignupEmailContent extends SignupRequest {
  signupId: number
  /** ISO 8601. Also the link's time of issue. */
  askedAt: string
  /** The subscriber's epoch, if the email also has the link to their current subscription. */
  epoch?: number
}

export interface RecordSignupInput extends CheckedSignup {
  how: string
  /** Repeats the last unconfirmed request, if there is one; otherwise uses this one. */
  again?: boolean
  /** If the request has no topics, uses those of the last unconfirmed one. */
  keepsTopics?: boolean
  /** They request their link and no topics: a person without a subscription is asked to confirm their last request. */
  link?: boolean
  /** Only existing subscribers get an email. */
  closed?: boolean
  /** The site has used up its sign-up emails of the hour: only subscribers get one. */
  isBusy?: boolean
}

export interface RecordedSignup {
  subscriber: Subscriber
  /** The kind of the enqueued message; null if no email is sent. */
  mail: SignupEmailKind | null
  /** Why no email is sent: suppressed, the limit of one person or of the whole site, or sign-up is closed. */
  held?: 'suppressed' | 'limit' | 'closed'
}

/**
 * Records a sign-up request and enqueues a message with the link that confirms it; nothing else changes. Every address
 * runs the same statements, also beyond a limit: otherwise the response time would reveal who subscribes.
 */
export function recordSignupRequest(deps: Deps, input: RecordSignupInput): Promise<RecordedSignup> {
  const { config, db, clock } = deps
  const { address } = input
  const now = clock.now()
  return db.$transaction(async (tx) => {
    const subscriber = await lockOrCreateSubscriber(tx, config, input, now)
    const request = await effectiveRequest(tx, subscriber, input, now)
    const signupId = await createSignup(tx, { subscriberId: subscriber.id, request, now })
    await recordRequestConsent(tx, subscriber, input, now)
    const suppression = await suppressionOf(tx, subscriber.addressHash)
    const isConfirmed = hasSubscription(subscriber)
    const otherReason = holdReason(subscriber, suppression, input, now)
    const counts = otherReason === undefined
    const isWithinLimit = await takeEmailPermit(tx, config, { key: address.key, isConfirmed, counts, now })
    const held = otherReason ?? (isWithinLimit ? undefined : 'limit')
    if (suppression && !held) await liftExpiredSuppression(tx, subscriber, now)
    // What confirming brings back. Read for everyone, as all statements here.
    const earlier = await topicsOf(tx, subscriber.id)
    const topics = isConfirmed || request.topics.length > 0 ? request.topics : earlier
    const content = { ...request, topics, signupId, askedAt: now.toISOString() }
    const email = signupEmail(subscriber, content, input)
    const message = transactionalMessage(config, subscriber, { ...email, dedupe: `signup ${signupId}`, now })
    // A withheld email is enqueued already expired, so that timing does not reveal whether the address is known.
    await enqueue(tx, 'transactional', [held ? { ...message, deadline: now } : message])
    return held ? { subscriber, mail: null, held } : { subscriber, mail: email.kind }
  })
}

/** A request for a link has no other effect: it must not change a subscriber's settings. */
async function effectiveRequest(
  tx: Database,
  { id, zone, hour, days, maxPapers, format, detail, related }: Subscriber,
  { request, again, keepsTopics, link }: RecordSignupInput,
  now: Date,
): Promise<SignupRequest> {
  const keeps = !again && !link && keepsTopics && request.topics.length === 0
  if (!again && !link && !keeps) return request
  const since = new Date(now.getTime() - AGAIN_WITHIN_MS)
  const last = await newestUnconfirmedSignup(tx, { subscriberId: id, since })
  if (last) return keeps ? { ...request, topics: last.request.topics } : last.request
  return link ? { topics: [], zone, hour, days, maxPapers, format, detail, related } : request
}

function recordRequestConsent(
  tx: Database,
  { id }: Subscriber,
  { how, link }: RecordSignupInput,
  now: Date,
): Promise<void> {
  const wording = link ? NO_PAGE : CONSENT_WORDING.version
  return recordConsents(tx, [{ subscriberId: id, at: now, event: 'asked', how, wording }])
}

function holdReason(
  subscriber: Subscriber,
  suppression: Suppression | null,
  { closed, isBusy }: RecordSignupInput,
  now: Date,
): RecordedSignup['held'] {
  if (suppression && !mayBeConfirmedAgain(suppression, now)) return 'suppressed'
  if (hasSubscription(subscriber)) return undefined
  if (closed && !hasLeft(subscriber)) return 'closed'
  return isBusy ? 'limit' : undefined
}

const hasLeft = ({ state }: Subscriber): boolean => state === 'unsubscribed'

/** An address that was dead gets a confirmation, and nothing else until its owner presses the button. */
async function liftExpiredSuppression(tx: Database, subscriber: Subscriber, now: Date): Promise<void> {
  const { id, state, addressHash } = subscriber
  await liftSuppression(tx, addressHash, now)
  if (state !== 'suppressed') return
  await changeSubscriber(tx, id, { state: 'unsubscribed', stateBefore: null })
  await recordConsents(tx, [{ subscriberId: id, at: now, event: 'unsuppressed', how: 'asked again' }])
}

function signupEmail(
  subscriber: Subscriber,
  content: SignupEmailContent,
  { link, closed }: RecordSignupInput,
) {
  const { epoch, zone, format } = subscriber
  const own: LinkMessage = { epoch, zone, format, asked: link }
  if (hasSubscription(subscriber)) {
    // A stranger who requests topics in their name cannot keep them from the link: the add-topics email has it too.
    const adds = !link && content.topics.length > 0
    return adds
      ? { kind: 'add-topics' as const, content: { ...content, epoch } }
      : { kind: 'manage-link' as const, content: own }
  }
  if (!link || !hasLeft(subscriber)) return { kind: 'confirmation' as const, content }
  return closed
    ? { kind: 'account-link' as const, content: own }
    : { kind: 'confirmation' as const, content: { ...content, epoch } }
}
