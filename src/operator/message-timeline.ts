import { bounceText, classText, newestFailure } from '../bounces/bounce-text.ts'
import type { MessageWithHistory } from '../mail/outbox/message-list.repo.ts'
import { refusalSuffix } from '../mail/refusals/classify-refusal.ts'
import { formatMinute } from './operations/text-table.ts'
import { type MessageDetails, stateName } from './retry-message.ts'

/** What happened; `at` is null for a fact without a time, which keeps its position. */
export interface TimelineEntry {
  at: Date | null
  /** For programs. */
  code: string
  text: string
}

export const entry = (at: Date | null, code: string, text: string): TimelineEntry => ({ at, code, text })

/** The history of a message and what comes next, in order of time, for the operator. */
export function messageTimeline(message: MessageDetails, now: Date): TimelineEntry[] {
  const { datedAt, kind, lane, deadline, tries, acceptances, bounces } = message
  const happened = [
    ...tries.map(attemptEntry),
    ...acceptances.map(({ at, reply }) => entry(at, 'accepted', `Accepted by the mail server: ${reply}`)),
    ...bounces.map((one) => entry(one.at, `bounce-${one.class}`, bounceText(one))),
  ]
  const until = `to be sent by ${formatMinute(deadline)} UTC`
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
    const when = nextTry <= now ? 'as soon as a worker is free' : `at ${formatMinute(nextTry)} UTC`
    return [entry(null, 'waits', `Waiting. Next attempt ${when}.`)]
  }
  return [entry(message.reason === 'expired' ? deadline : null, stateName(state), finalText(message))]
}

/** Another attempt is possible. */
export const isWaiting = ({
  state,
  nextTry,
  deadline,
}: Pick<MessageWithHistory, 'state' | 'nextTry' | 'deadline'>): boolean =>
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
  restored: 'it may have been sent before the database was restored from a backup',
  'render-failed': 'the email could not be built; see the log',
}

/** Why a message was skipped, refused or given up, as text. The server's own codes are unchanged. */
export const messageReasonText = (reason: string | null): string =>
  reason ? (REASONS[reason] ?? reason) : 'no reason recorded'
