import type { DatabaseOrTransaction } from '../core/database/database.ts'
import { addDays, localDayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { redact } from '../core/log.ts'
import { applyChange } from '../digests/apply-change.ts'
import { emailDomain } from '../mail/rate-limits/send-rate.ts'
import { parseAddress } from '../subscribers/address.ts'
import { lastConsentAt } from '../subscribers/consent.repo.ts'
import { NO_PAGE } from '../subscribers/consent.ts'
import { endSubscription } from '../subscribers/end-subscription.ts'
import { enqueueGoodbye } from '../subscribers/goodbye-message.ts'
import { MAILBOX_FULL } from '../subscribers/pause.ts'
import { deleteUnconfirmedSignups } from '../subscribers/signup.repo.ts'
import { lockSubscriber } from '../subscribers/subscriber.repo.ts'
import { hasSubscription, type Subscriber } from '../subscribers/subscriber.ts'
import { suppressAddressKey } from '../subscribers/suppress-subscriber.ts'
import type { SuppressionReason } from '../subscribers/suppression.repo.ts'
import {
  type BounceAction,
  type CountedBounce,
  countedBounces,
  type NewBounce,
  wasHandled,
} from './bounce.repo.ts'
import type { BounceEvent } from './bounce-event.ts'
import { consequenceOf } from './consequence.ts'
import { type BounceSubject, findSubject, isOwnMailbox, tryParseAddress } from './find-subject.ts'

export interface ApplyBounceInput {
  event: BounceEvent
  /** The envelope recipient of the report. */
  envelope: string | null
  isProven: boolean
  /** When the report came. */
  at: Date
}

/** What was done, to be written down and told. */
export interface AppliedBounce {
  row: NewBounce
  /** `id`: who is subscribed with that address now. */
  suppressed?: { reason: SuppressionReason; id: string | undefined }
  /** It ended their subscription: how, as the consent record says it. */
  ended?: string
}

const PAUSE_DAYS = 7
const MAX_REPLY_LENGTH = 1000
/** Of what somebody else wrote, before anything looks for addresses in it. */
const MAX_READ = 2000

/** Finds whom a return is about, and does what it leads to. Call it in the transaction that ends its report. */
export async function applyBounce(
  deps: Deps,
  tx: DatabaseOrTransaction,
  input: ApplyBounceInput,
): Promise<AppliedBounce> {
  const { at, isProven } = input
  const subject = await findSubject(deps, tx, input)
  const event = trustedEvent(input, subject)
  const { subscriberId } = subject ?? {}
  const subscriber = subscriberId ? await lockSubscriber(tx, subscriberId) : null
  const acted = subject
    ? await applyConsequence(deps, tx, {
        event,
        at,
        subject,
        subscriber,
        isProven,
        hasProof: hasProofFor(input, subject),
      })
    : { done: 'nothing' as const }
  const { done, ...others } = acted
  const { class: kind, status, sure, answer } = event
  // Of somebody who was erased, nothing that names them comes back.
  const isErased = subject?.messageId != null && subject.address === null
  const address = isErased ? null : (subject?.address ?? tryParseAddress(event.recipient)?.address)
  const row: NewBounce = {
    at,
    class: kind,
    status,
    sure,
    answer: isErased ? '' : redactedReply(answer),
    domain: address ? emailDomain(address) : null,
    foundBy: subject?.foundBy ?? null,
    messageId: subject?.messageId ?? null,
    subscriberId: subscriberId ?? null,
    done,
  }
  return { row, ...others }
}

const redactedReply = (answer: string): string =>
  redact(answer.slice(0, MAX_READ)).replaceAll('\0', '').slice(0, MAX_REPLY_LENGTH)

/** Message-IDs stand in every answer to a mail: a stranger who has one may not end a subscription with a single report. */
const trustedEvent = ({ event, isProven }: ApplyBounceInput, subject: BounceSubject | null): BounceEvent => ({
  ...event,
  sure: event.sure && (isProven || subject?.foundBy !== 'message-id'),
})

/**
 * A report that only quotes a Message-ID may come from anyone who got a reply or a forward, and one that names another
 * mailbox is not by the person we wrote to. A token, our signed field or a verified webhook is proof.
 */
const hasProofFor = ({ event, isProven }: ApplyBounceInput, { foundBy, address }: BounceSubject): boolean =>
  (isProven || foundBy !== 'message-id') && (!address || isOwnMailbox(event.recipient, address))

interface Acting {
  event: BounceEvent
  at: Date
  subject: BounceSubject
  isProven: boolean
  hasProof: boolean
  /** Locked by the transaction; null where nobody has a subscription of that number. */
  subscriber: Subscriber | null
}

type ConsequenceResult = Pick<AppliedBounce, 'suppressed' | 'ended'> & { done: BounceAction }

async function applyConsequence(
  deps: Deps,
  tx: DatabaseOrTransaction,
  acting: Acting,
): Promise<ConsequenceResult> {
  const { event, at, subject, hasProof } = acting
  const isAboutMailbox = event.class === 'dead' || event.class === 'full'
  const { address } = subject
  if (isAboutMailbox && address && !isOwnMailbox(event.recipient, address)) return { done: 'elsewhere' }
  // A suppression that was lifted since is not brought back by what led to it.
  // Nor does a report without proof end a subscription again that was resumed since.
  const done: BounceAction[] = hasProof ? ['suppressed'] : ['suppressed', 'unsubscribed']
  if (await wasHandled(tx, { messageId: subject.messageId, class: event.class, done }))
    return { done: 'nothing' }
  const earlier = isAboutMailbox ? await earlierReturns(tx, acting) : []
  switch (consequenceOf({ ...event, hasProof, at }, earlier)) {
    case 'suppress':
      return endDeadMailbox(deps, tx, acting)
    case 'complain': {
      // First: what a lifted suppression leads back to must not be a subscription.
      const ended = await unsubscribe(deps, tx, acting)
      return { ...(await suppressAs(deps, tx, acting, 'complaint')), ended }
    }
    case 'leave': {
      const ended = await unsubscribe(deps, tx, acting)
      return { done: ended ? 'unsubscribed' : 'nothing', ended }
    }
    case 'pause':
      return { done: (await pauseForAWeek(tx, acting)) ? 'paused' : 'nothing' }
    default:
      return { done: (await dropIfUnconfirmed(tx, acting)) ? 'dropped' : 'nothing' }
  }
}

/** What counts against the address that they have: not what came back for one before it, or before they last confirmed. */
async function earlierReturns(
  tx: DatabaseOrTransaction,
  { subscriber, subject, at }: Acting,
): Promise<CountedBounce[]> {
  if (!subscriber || subscriber.addressKey !== tryParseAddress(subject.address)?.key) return []
  const { id: subscriberId, confirmedAt, createdAt } = subscriber
  const movedAt = await lastConsentAt(tx, subscriberId, 'moved')
  const times = [createdAt, confirmedAt, movedAt].map((instant) => instant?.getTime() ?? 0)
  const since = new Date(Math.max(...times) - 1)
  return countedBounces(tx, { subscriberId, since, now: at, messageId: subject.messageId })
}

async function endDeadMailbox(
  deps: Deps,
  tx: DatabaseOrTransaction,
  acting: Acting,
): Promise<ConsequenceResult> {
  await dropIfUnconfirmed(tx, acting)
  return suppressAs(deps, tx, acting, acting.event.class === 'full' ? 'full' : 'dead')
}

/** Nobody reads there who could press the button of a sign-up. */
async function dropIfUnconfirmed(
  tx: DatabaseOrTransaction,
  { event, subscriber, subject }: Acting,
): Promise<boolean> {
  if (event.class !== 'dead' || subscriber?.state !== 'pending') return false
  if (subscriber.addressKey !== tryParseAddress(subject.address)?.key) return false
  return (await deleteUnconfirmedSignups(tx, subscriber.id)) > 0
}

/** Suppresses what the mail went to: somebody who gave a new address since keeps that one. */
async function suppressAs(
  deps: Deps,
  tx: DatabaseOrTransaction,
  { at, subject }: Acting,
  reason: SuppressionReason,
): Promise<ConsequenceResult> {
  // Without a message, a maker named the address.
  const address = subject.address
  if (!address) return { done: 'nothing' }
  const id = await suppressAddressKey(tx, deps, { key: parseAddress(address).key, reason, at })
  return { done: 'suppressed', suppressed: { reason, id } }
}

/**
 * Returns how; undefined where there was no subscription. Without proof the report may be forged, so a goodbye tells the
 * subscriber and carries the undo; and it ends only what that undo can bring back.
 */
async function unsubscribe(
  deps: Deps,
  tx: DatabaseOrTransaction,
  acting: Acting,
): Promise<string | undefined> {
  const { subscriber, at: now, hasProof } = acting
  if (!subscriber || !(hasProof || hasSubscription(subscriber))) return undefined
  const how = howEnded(acting)
  if (!(await endSubscription(tx, { subscriber, how, wording: NO_PAGE, now }))) return undefined
  if (!hasProof) await enqueueGoodbye(tx, { config: deps.config, subscriber, reported: true, now })
  return how
}

function howEnded({ event, isProven, hasProof }: Acting): string {
  if (event.class === 'complaint') return hasProof ? 'complaint' : 'unproven complaint'
  return isProven ? 'mail service' : 'mail'
}

/** Of a mailbox that is full: a longer pause of their own stays. */
async function pauseForAWeek(
  tx: DatabaseOrTransaction,
  { subscriber, at, subject }: Acting,
): Promise<boolean> {
  if (!subscriber || !hasSubscription(subscriber)) return false
  if (subscriber.addressKey !== tryParseAddress(subject.address)?.key) return false
  const until = addDays(localDayOf(at, subscriber.zone), PAUSE_DAYS)
  const { state, pausedUntil } = subscriber
  if (state === 'paused' && (pausedUntil === null || pausedUntil >= until)) return false
  const changes = { state: 'paused', pausedUntil: until } as const
  await applyChange(tx, { subscriber, changes, how: MAILBOX_FULL, wording: NO_PAGE, now: at })
  return true
}
