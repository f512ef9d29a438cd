import type { Database } from '../core/database/database.ts'
import { addDays, localDayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { redact } from '../core/log.ts'
import { applyChange } from '../digests/apply-change.ts'
import { emailDomain } from '../limits/send-rate.ts'
import { parseAddress } from '../subscribers/address.ts'
import { MAILBOX_FULL } from '../subscribers/change.ts'
import { lastConsentAt } from '../subscribers/consent.repo.ts'
import { deleteUnconfirmedSignups } from '../subscribers/signup.repo.ts'
import { endSubscription, lockSubscriber } from '../subscribers/subscriber.repo.ts'
import { hasSubscription, type Subscriber } from '../subscribers/subscriber.ts'
import { suppressAddressKey } from '../subscribers/suppress-subscriber.ts'
import type { SuppressionReason } from '../subscribers/suppression.repo.ts'
import { enqueueGoodbye } from '../subscribers/transactional-message.ts'
import { type BounceEffect, countedBounces, type NewBounce, wasHandled } from './bounce.repo.ts'
import { consequenceOf } from './consequence.ts'
import {
  type BounceSubject,
  type FindSubjectInput,
  findSubject,
  isOwnMailbox,
  tryParseAddress,
} from './find-subject.ts'
import type { BounceEvent } from './reading/parsed-bounce.ts'

export interface AppliedBounce {
  row: NewBounce
  /** `id`: the subscriber who has that address now. */
  suppressed?: { reason: SuppressionReason; id: string | undefined }
  /** How the subscription ended, in the form of the consent record; undefined if it did not end. */
  ended?: string
}

const PAUSE_DAYS = 7
const MAX_REPLY_LENGTH = 1000
/** Characters of foreign text that are searched for addresses. */
const MAX_READ = 2000

/** Finds the subject of a bounce event and applies its consequence. Call it in the transaction that ends the report. */
export async function applyBounce(deps: Deps, tx: Database, input: FindSubjectInput): Promise<AppliedBounce> {
  const { at, isProven } = input
  const subject = await findSubject(deps, tx, input)
  const event = trustedEvent(input, subject)
  const { subscriberId } = subject ?? {}
  const subscriber = subscriberId ? await lockSubscriber(tx, subscriberId) : null
  const hasProof = subject !== null && hasProofFor(input, subject)
  const acted = subject
    ? await applyConsequence(deps, tx, { event, at, subject, subscriber, isProven, hasProof })
    : { effect: 'nothing' as const }
  const { effect, ...others } = acted
  const { class: kind, status, sure, reply } = event
  // After an erasure, a report must not bring back anything that identifies the subscriber.
  const isErased = subject?.messageId != null && subject.address === null
  const address = isErased ? null : (subject?.address ?? tryParseAddress(event.recipient)?.address)
  const row: NewBounce = {
    at,
    class: kind,
    status,
    sure,
    reply: isErased ? '' : redactedReply(reply),
    domain: address ? emailDomain(address) : null,
    foundBy: subject?.foundBy ?? null,
    messageId: subject?.messageId ?? null,
    subscriberId: subscriberId ?? null,
    effect,
  }
  return { row, ...others }
}

const redactedReply = (reply: string): string =>
  redact(reply.slice(0, MAX_READ)).replaceAll('\0', '').slice(0, MAX_REPLY_LENGTH)

/**
 * Every reply to an email quotes its Message-ID. A stranger who has one must not end a subscription with a single
 * report.
 */
const trustedEvent = ({ event, isProven }: FindSubjectInput, subject: BounceSubject | null): BounceEvent => ({
  ...event,
  sure: event.sure && (isProven || subject?.foundBy !== 'message-id'),
})

/**
 * A report that only quotes a Message-ID may be from anyone who got a reply or a forwarded copy, and one that names
 * another mailbox is not from our recipient. A token, our signed field or a verified webhook is proof.
 */
const hasProofFor = ({ event, isProven }: FindSubjectInput, { foundBy, address }: BounceSubject): boolean =>
  (isProven || foundBy !== 'message-id') && (!address || isOwnMailbox(event.recipient, address))

interface Acting {
  event: BounceEvent
  at: Date
  subject: BounceSubject
  isProven: boolean
  hasProof: boolean
  /** Locked by the transaction; null if there is no such subscriber. */
  subscriber: Subscriber | null
}

type ConsequenceResult = Pick<AppliedBounce, 'suppressed' | 'ended'> & { effect: BounceEffect }

async function applyConsequence(deps: Deps, tx: Database, acting: Acting): Promise<ConsequenceResult> {
  const { event, at, subject, hasProof } = acting
  const isAboutMailbox = event.class === 'dead' || event.class === 'full'
  const { address } = subject
  if (isAboutMailbox && address && !isOwnMailbox(event.recipient, address)) return { effect: 'elsewhere' }
  // The report that led to a suppression does not renew it once the suppression is lifted. Nor does a report without
  // proof end a subscription again that was resumed since.
  const effects: BounceEffect[] = hasProof ? ['suppressed'] : ['suppressed', 'unsubscribed']
  if (await wasHandled(tx, { messageId: subject.messageId, class: event.class, effects }))
    return { effect: 'nothing' }
  const earlier = isAboutMailbox ? await earlierReturns(tx, acting) : []
  switch (consequenceOf({ ...event, hasProof, at }, earlier)) {
    case 'suppress':
      await dropIfUnconfirmed(tx, acting)
      return suppressAs(deps, tx, acting, event.class === 'full' ? 'full' : 'dead')
    case 'complain': {
      // Unsubscribe first: if the suppression is lifted later, there must be no subscription to resume.
      const ended = await unsubscribe(deps, tx, acting)
      return { ...(await suppressAs(deps, tx, acting, 'complaint')), ended }
    }
    case 'leave': {
      const ended = await unsubscribe(deps, tx, acting)
      return { effect: ended ? 'unsubscribed' : 'nothing', ended }
    }
    case 'pause':
      return { effect: (await pauseForAWeek(tx, acting)) ? 'paused' : 'nothing' }
    default:
      return { effect: (await dropIfUnconfirmed(tx, acting)) ? 'dropped' : 'nothing' }
  }
}

/**
 * Bounces that count against the current address: not those of an earlier address, nor those before the last
 * confirmation.
 */
async function earlierReturns(tx: Database, { subscriber, subject, at }: Acting) {
  if (!subscriber || subscriber.addressKey !== tryParseAddress(subject.address)?.key) return []
  const { id: subscriberId, confirmedAt, createdAt } = subscriber
  const movedAt = await lastConsentAt(tx, subscriberId, 'moved')
  const times = [createdAt, confirmedAt, movedAt].map((instant) => instant?.getTime() ?? 0)
  const since = new Date(Math.max(...times) - 1)
  return countedBounces(tx, { subscriberId, since, now: at, messageId: subject.messageId })
}

/** Deletes unconfirmed sign-ups for a dead mailbox: no one can confirm them. */
async function dropIfUnconfirmed(tx: Database, { event, subscriber, subject }: Acting): Promise<boolean> {
  if (event.class !== 'dead' || subscriber?.state !== 'pending') return false
  if (subscriber.addressKey !== tryParseAddress(subject.address)?.key) return false
  return (await deleteUnconfirmedSignups(tx, subscriber.id)) > 0
}

/** Suppresses the address that the email went to. A subscriber who has changed the address since keeps the new one. */
async function suppressAs(
  deps: Deps,
  tx: Database,
  { at, subject }: Acting,
  reason: SuppressionReason,
): Promise<ConsequenceResult> {
  // If no message was found, this is the address that the provider named.
  const address = subject.address
  if (!address) return { effect: 'nothing' }
  const id = await suppressAddressKey(tx, deps, { key: parseAddress(address).key, reason, at })
  return { effect: 'suppressed', suppressed: { reason, id } }
}

/**
 * Returns how the subscription ended; undefined if none ended. A report without proof may be forged. So it only
 * ends what the undo link can restore, and the subscriber gets a goodbye email with that link.
 */
async function unsubscribe(deps: Deps, tx: Database, acting: Acting): Promise<string | undefined> {
  const { subscriber, at: now, hasProof } = acting
  if (!subscriber || !(hasProof || hasSubscription(subscriber))) return undefined
  const how = howEnded(acting)
  if (!(await endSubscription(tx, { subscriber, how, now }))) return undefined
  if (!hasProof) await enqueueGoodbye(tx, { config: deps.config, subscriber, reported: true, now })
  return how
}

function howEnded({ event, isProven, hasProof }: Acting): string {
  if (event.class === 'complaint') return hasProof ? 'complaint' : 'unproven complaint'
  return isProven ? 'mail service' : 'mail'
}

/** Pauses a subscription because the mailbox is full. A longer pause that the subscriber chose is kept. */
async function pauseForAWeek(tx: Database, { subscriber, at, subject }: Acting): Promise<boolean> {
  if (!subscriber || !hasSubscription(subscriber)) return false
  if (subscriber.addressKey !== tryParseAddress(subject.address)?.key) return false
  const until = addDays(localDayOf(at, subscriber.zone), PAUSE_DAYS)
  const { state, pausedUntil } = subscriber
  if (state === 'paused' && (pausedUntil === null || pausedUntil >= until)) return false
  const changes = { state: 'paused', pausedUntil: until } as const
  await applyChange(tx, { subscriber, changes, how: MAILBOX_FULL, now: at })
  return true
}
