import { z } from 'zod'
import { BOUNCE_CLASSES, BOUNCE_EFFECTS, FOUND_BY } from '../bounces/bounce.repo.ts'
import { bouncesOfMessages, type ListedBounce } from '../bounces/bounce-list.repo.ts'
import { bounceText, classText, newestFailure } from '../bounces/bounce-text.ts'
import { CHANNELS } from '../bounces/report.repo.ts'
import type { Deps } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import { dateAndTime } from '../i18n/dates.ts'
import type { MessageState } from '../mail/message.ts'
import {
  type ListedMessage,
  type MessageWithHistory,
  messageById,
  RETRYABLE,
  requeueMessage,
} from '../mail/outbox/message-list.repo.ts'
import { classifyRefusal, refusalSuffix } from '../mail/refusals/classify-refusal.ts'
import { maskAddress } from '../subscribers/address.ts'
import { instant } from './operations/fields.ts'

/** The state as shown to the operator: gave-up. */
export const stateName = (state: MessageState): string => state.replace('_', '-')

export interface MessageDetails extends MessageWithHistory {
  /** Bounces and complaints about it, oldest first. */
  bounces: ListedBounce[]
}

/** Throws message.unknown. */
export async function showMessage({ db }: Pick<Deps, 'db'>, { id }: { id: string }): Promise<MessageDetails> {
  const message = await messageById(db, id)
  if (!message) throw new Fault('message.unknown', { id: id.slice(0, 40) })
  return { ...message, bounces: await bouncesOfMessages(db, [id]) }
}

export const mayRetry = ({ state, reason, deadline, toAddress }: MessageDetails, now: Date): boolean =>
  RETRYABLE.includes(state) && reason !== 'restored' && toAddress !== null && deadline > now

/** Makes a message ready again, for the next run. Throws message.unknown, message.cannot-retry. */
export async function retryMessage(deps: Deps, { id }: { id: string }): Promise<void> {
  const { state, deadline } = await showMessage(deps, { id })
  if (await requeueMessage(deps.db, id, deps.clock.now())) return
  throw new Fault('message.cannot-retry', { id, state: stateName(state), deadline: deadline.toISOString() })
}

export const jsonOfMessage = (message: ListedMessage) => ({
  id: message.id,
  kind: message.kind,
  lane: message.lane,
  subscriber: message.subscriberId,
  to: message.toAddress && maskAddress(message.toAddress),
  state: stateName(message.state),
  reason: message.reason,
  attempts: message.attempts,
  datedAt: message.datedAt,
  nextTry: message.nextTry,
  deadline: message.deadline,
})

/** With each attempt and bounce. */
export const jsonOfMessageDetails = (message: MessageDetails) => ({
  ...jsonOfMessage(message),
  acceptances: message.acceptances,
  tries: message.tries.map((made) => ({ ...made, class: classifyRefusal(made).class })),
  bounces: message.bounces.map(jsonOfBounce),
})

export const jsonOfBounce = (one: ListedBounce) => ({
  at: one.at,
  class: one.class,
  status: one.status,
  reply: one.reply,
  domain: one.domain,
  channel: one.channel,
  foundBy: one.foundBy,
  effect: one.effect,
  message: one.messageId,
  subscriber: one.subscriberId,
})

export const bounceSchema = z
  .object({
    at: instant.describe('When the report arrived'),
    class: z.enum(BOUNCE_CLASSES),
    status: z.string().nullable().describe('5.1.1, or the three digits of a reply'),
    reply: z.string().describe('What the server said, without addresses'),
    domain: z.string().nullable().describe('Domain of the recipient'),
    channel: z.enum(CHANNELS).describe('Channel of the report'),
    foundBy: z.enum(FOUND_BY).nullable().describe('How the subscriber was found; null if they were not'),
    effect: z
      .enum(BOUNCE_EFFECTS)
      .describe(
        'dropped: the sign-up; elsewhere: no action, because it is about a mailbox that theirs forwards to',
      ),
    message: z.string().nullable(),
    subscriber: z.string().nullable(),
  })
  .meta({ id: 'Bounce' })

/** What happened; `at` is null for a fact without a time, which keeps its position. */
export interface TimelineEntry {
  at: Date | null
  code: string
  text: string
}

export const entry = (at: Date | null, code: string, text: string): TimelineEntry => ({ at, code, text })

const utcMinute = (at: Date): string => `${dateAndTime(at.toISOString(), 'UTC')} UTC`

/** The history of a message and what comes next, in order of time, for the operator. */
export function messageTimeline(message: MessageDetails, now: Date): TimelineEntry[] {
  const { datedAt, kind, lane, deadline, tries, acceptances, bounces } = message
  const happened = [
    ...tries.map(attemptEntry),
    ...acceptances.map(({ at, reply }) => entry(at, 'accepted', `Accepted by the mail server: ${reply}`)),
    ...bounces.map((one) => entry(one.at, `bounce-${one.class}`, bounceText(one))),
  ]
  const until = `to be sent by ${utcMinute(deadline)}`
  return [
    entry(datedAt, 'left', `Queued: ${kind} in the ${lane} queue, ${until}.`),
    ...happened.sort((a, b) => Number(a.at) - Number(b.at)),
    ...latestEntry(message, now),
  ]
}

/** "accepted", or "accepted, then returned: no such mailbox (5.1.1)". */
export function messageOutcomeText({ state, bounces }: Pick<MessageDetails, 'state' | 'bounces'>): string {
  const failure = newestFailure(bounces)
  return failure ? `${stateName(state)}, then returned: ${classText(failure)}` : stateName(state)
}

function attemptEntry(made: MessageWithHistory['tries'][number]): TimelineEntry {
  const { n, at, outcome, status, reply } = made
  const what = `${attemptText(outcome, status)}${refusalSuffix(made)}`
  return entry(at, outcome, `Attempt ${n}: ${what}${reply ? `: ${reply}` : '.'}`)
}

function attemptText(outcome: string, status: number | null): string {
  if (outcome === 'deferred')
    return status ? 'the mail server deferred it' : 'the mail server could not be reached'
  if (outcome === 'refused') return status ? 'the mail server refused it' : 'the email could not be built'
  if (outcome === 'uncertain') return 'sent completely, but the server did not reply'
  return 'the worker sending it stopped'
}

/**
 * The final state, or what the message waits for. Empty for an accepted message, whose acceptance is already an entry.
 */
function latestEntry(message: MessageWithHistory, now: Date): TimelineEntry[] {
  const { state, deadline, nextTry, acceptances } = message
  if (state === 'accepted' || acceptances.length > 0) return []
  if (state === 'taken') return [entry(null, 'taken', 'A worker is sending it now.')]
  if (isWaiting(message)) {
    const when = nextTry <= now ? 'as soon as a worker is free' : `at ${utcMinute(nextTry)}`
    return [entry(null, 'waits', `Waiting. Next attempt ${when}.`)]
  }
  return [entry(message.reason === 'expired' ? deadline : null, stateName(state), finalText(message))]
}

export const isWaiting = ({ state, nextTry, deadline }: MessageWithHistory): boolean =>
  state === 'ready' || state === 'deferred' || (state === 'uncertain' && nextTry < deadline)

function finalText({ state, reason }: MessageWithHistory): string {
  if (state === 'uncertain') return 'No more attempts: it may have arrived.'
  if (state === 'refused') return `No more attempts: refused (${messageReasonText(reason)}).`
  if (state === 'gave_up') return `Given up: ${messageReasonText(reason)}.`
  return `Not sent: ${messageReasonText(reason)}.`
}

const REASONS: Record<string, string> = {
  expired: 'it expired before a server accepted it',
  unsubscribed: 'they had unsubscribed',
  suppressed: 'the address is suppressed',
  paused: 'they had paused',
  pending: 'the address was no longer confirmed',
  erased: 'they were erased',
  moved: 'they had changed their address',
  undone: 'they undid what it is about',
  elsewhere: 'they read it elsewhere, such as in a feed, and want no email',
  restored: 'it may have been sent before the database was restored from a backup',
  'render-failed': 'the email could not be built; see the log',
}

/** Why a message was skipped, refused or given up, as text. The server's own codes are unchanged. */
export const messageReasonText = (reason: string | null): string =>
  reason ? (REASONS[reason] ?? reason) : 'no reason recorded'
