import type { DatabaseOrTransaction } from '../core/database/database.ts'
import { addDays, localDayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { scrub } from '../core/log.ts'
import { applyChange } from '../digests/apply-change.ts'
import { domainOf } from '../mail/rate-limits/pace.ts'
import { parseAddress } from '../subscribers/address.ts'
import { lastConsentAt } from '../subscribers/consent.repo.ts'
import { NO_PAGE } from '../subscribers/consent.ts'
import { endSubscription } from '../subscribers/end-subscription.ts'
import { leaveGoodbye } from '../subscribers/leave-goodbye.ts'
import { MAILBOX_FULL } from '../subscribers/pause.ts'
import { dropUnconfirmedSignups } from '../subscribers/signup.repo.ts'
import { lockSubscriber } from '../subscribers/subscriber.repo.ts'
import { isJoined, type Subscriber } from '../subscribers/subscriber.ts'
import { suppressKey } from '../subscribers/suppress-subscriber.ts'
import type { SuppressionReason } from '../subscribers/suppression.repo.ts'
import { consequenceOf } from './consequence.ts'
import { addressIn, findSubject, isOwnMailbox, type Subject } from './find-subject.ts'
import {
  type CountedReturn,
  countedReturns,
  type Done,
  type NewReturned,
  wasActedOn,
} from './returned.repo.ts'
import type { Told } from './told.ts'

export interface ReturnInput {
  told: Told
  /** The envelope recipient of the report. */
  envelope: string | null
  isProven: boolean
  /** When the report came. */
  at: Date
}

/** What was done, to be written down and told. */
export interface Acted {
  row: NewReturned
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
export async function actOnReturn(deps: Deps, tx: DatabaseOrTransaction, input: ReturnInput): Promise<Acted> {
  const { at, isProven } = input
  const subject = await findSubject(deps, tx, input)
  const told = believed(input, subject)
  const { subscriberId } = subject ?? {}
  const subscriber = subscriberId ? await lockSubscriber(tx, subscriberId) : null
  const acted = subject
    ? await act(deps, tx, { told, at, subject, subscriber, isProven, hasProof: isProof(input, subject) })
    : { done: 'nothing' as const }
  const { done, ...others } = acted
  const { class: kind, status, sure, answer } = told
  // Of somebody who was erased, nothing that names them comes back.
  const isErased = subject?.messageId != null && subject.address === null
  const address = isErased ? null : (subject?.address ?? addressIn(told.recipient)?.address)
  const row: NewReturned = {
    at,
    class: kind,
    status,
    sure,
    answer: isErased ? '' : saidIn(answer),
    domain: address ? domainOf(address) : null,
    foundBy: subject?.foundBy ?? null,
    messageId: subject?.messageId ?? null,
    subscriberId: subscriberId ?? null,
    done,
  }
  return { row, ...others }
}

const saidIn = (answer: string): string =>
  scrub(answer.slice(0, MAX_READ)).replaceAll('\0', '').slice(0, MAX_REPLY_LENGTH)

/** Message-IDs stand in every answer to a mail: a stranger who has one may not end a subscription with a single report. */
const believed = ({ told, isProven }: ReturnInput, subject: Subject | null): Told => ({
  ...told,
  sure: told.sure && (isProven || subject?.foundBy !== 'message-id'),
})

/**
 * A report that only quotes a Message-ID may come from anyone who got a reply or a forward, and one that names another
 * mailbox is not by the person we wrote to. A token, our signed field or a verified webhook is proof.
 */
const isProof = ({ told, isProven }: ReturnInput, { foundBy, address }: Subject): boolean =>
  (isProven || foundBy !== 'message-id') && (!address || isOwnMailbox(told.recipient, address))

interface Acting {
  told: Told
  at: Date
  subject: Subject
  isProven: boolean
  hasProof: boolean
  /** Locked by the transaction; null where nobody has a subscription of that number. */
  subscriber: Subscriber | null
}

type Act = Pick<Acted, 'suppressed' | 'ended'> & { done: Done }

async function act(deps: Deps, tx: DatabaseOrTransaction, acting: Acting): Promise<Act> {
  const { told, at, subject, hasProof } = acting
  const isAboutMailbox = told.class === 'dead' || told.class === 'full'
  const { address } = subject
  if (isAboutMailbox && address && !isOwnMailbox(told.recipient, address)) return { done: 'elsewhere' }
  // A suppression that was lifted since is not brought back by what led to it.
  // Nor does a report without proof end a subscription again that was resumed since.
  const done: Done[] = hasProof ? ['suppressed'] : ['suppressed', 'unsubscribed']
  if (await wasActedOn(tx, { messageId: subject.messageId, class: told.class, done }))
    return { done: 'nothing' }
  const earlier = isAboutMailbox ? await earlierReturns(tx, acting) : []
  switch (consequenceOf({ ...told, hasProof, at }, earlier)) {
    case 'suppress':
      return endDeadMailbox(deps, tx, acting)
    case 'complain': {
      // First: what a lifted suppression leads back to must not be a subscription.
      const ended = await leave(deps, tx, acting)
      return { ...(await suppressAs(deps, tx, acting, 'complaint')), ended }
    }
    case 'leave': {
      const ended = await leave(deps, tx, acting)
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
): Promise<CountedReturn[]> {
  if (!subscriber || subscriber.addressKey !== addressIn(subject.address)?.key) return []
  const { id: subscriberId, confirmedAt, createdAt } = subscriber
  const movedAt = await lastConsentAt(tx, subscriberId, 'moved')
  const times = [createdAt, confirmedAt, movedAt].map((instant) => instant?.getTime() ?? 0)
  const since = new Date(Math.max(...times) - 1)
  return countedReturns(tx, { subscriberId, since, now: at, messageId: subject.messageId })
}

async function endDeadMailbox(deps: Deps, tx: DatabaseOrTransaction, acting: Acting): Promise<Act> {
  await dropIfUnconfirmed(tx, acting)
  return suppressAs(deps, tx, acting, acting.told.class === 'full' ? 'full' : 'dead')
}

/** Nobody reads there who could press the button of a sign-up. */
async function dropIfUnconfirmed(
  tx: DatabaseOrTransaction,
  { told, subscriber, subject }: Acting,
): Promise<boolean> {
  if (told.class !== 'dead' || subscriber?.state !== 'pending') return false
  if (subscriber.addressKey !== addressIn(subject.address)?.key) return false
  return (await dropUnconfirmedSignups(tx, subscriber.id)) > 0
}

/** Suppresses what the mail went to: somebody who gave a new address since keeps that one. */
async function suppressAs(
  deps: Deps,
  tx: DatabaseOrTransaction,
  { at, subject }: Acting,
  reason: SuppressionReason,
): Promise<Act> {
  // Without a message, a maker named the address.
  const address = subject.address
  if (!address) return { done: 'nothing' }
  const id = await suppressKey(tx, deps, { key: parseAddress(address).key, reason, at })
  return { done: 'suppressed', suppressed: { reason, id } }
}

/**
 * Returns how; undefined where there was no subscription. Without proof the report may be forged, so a goodbye tells the
 * subscriber and carries the undo; and it ends only what that undo can bring back.
 */
async function leave(deps: Deps, tx: DatabaseOrTransaction, acting: Acting): Promise<string | undefined> {
  const { subscriber, at: now, hasProof } = acting
  if (!subscriber || !(hasProof || isJoined(subscriber))) return undefined
  const how = howEnded(acting)
  if (!(await endSubscription(tx, { subscriber, how, wording: NO_PAGE, now }))) return undefined
  if (!hasProof) await leaveGoodbye(tx, { config: deps.config, subscriber, reported: true, now })
  return how
}

function howEnded({ told, isProven, hasProof }: Acting): string {
  if (told.class === 'complaint') return hasProof ? 'complaint' : 'unproven complaint'
  return isProven ? 'mail service' : 'mail'
}

/** Of a mailbox that is full: a longer pause of their own stays. */
async function pauseForAWeek(
  tx: DatabaseOrTransaction,
  { subscriber, at, subject }: Acting,
): Promise<boolean> {
  if (!subscriber || !isJoined(subscriber)) return false
  if (subscriber.addressKey !== addressIn(subject.address)?.key) return false
  const until = addDays(localDayOf(at, subscriber.zone), PAUSE_DAYS)
  const { state, pausedUntil } = subscriber
  if (state === 'paused' && (pausedUntil === null || pausedUntil >= until)) return false
  const changes = { state: 'paused', pausedUntil: until } as const
  await applyChange(tx, { subscriber, changes, how: MAILBOX_FULL, wording: NO_PAGE, now: at })
  return true
}
