import type { ShownMessage } from '../../delivery/ledger/message-list-store.ts'
import { aboutRefusal } from '../messages/refusal-words.ts'
import { stateName, type WholeMessage } from '../messages/retry-message.ts'
import { classText, newestFailure, returnText } from '../returns/return-words.ts'

/** What happened to a message; `at` null where no time is known. */
export interface LifeEvent {
  at: Date | null
  code: string
  text: string
}

const minute = (instant: Date): string => `${instant.toISOString().slice(0, 16).replace('T', ' ')} UTC`

/** Everything that happened to a message and what comes next, in order of time, for the operator. */
export function messageLife(message: WholeMessage, now: Date): LifeEvent[] {
  const { datedAt, kind, lane, deadline, tries, acceptances, returned } = message
  const accepted = acceptances.map(({ at, answer }) => ({
    at,
    code: 'accepted',
    text: `The mail server took it: ${answer}`,
  }))
  const cameBack = returned.map((one) => ({
    at: one.at,
    code: `returned-${one.class}`,
    text: returnText(one),
  }))
  const happened = [...tries.map(tryEvent), ...accepted, ...cameBack]
  return [
    {
      at: datedAt,
      code: 'left',
      text: `The ${kind} was left in the lane ${lane}, to go until ${minute(deadline)}.`,
    },
    ...happened.sort((a, b) => a.at.getTime() - b.at.getTime()),
    ...endOf(message, now),
  ]
}

/** "accepted", or "accepted, and came back: no such mailbox (5.1.1)". */
export function fateText({ state, returned }: Pick<WholeMessage, 'state' | 'returned'>): string {
  const failure = newestFailure(returned)
  return failure ? `${stateName(state)}, and came back: ${classText(failure)}` : stateName(state)
}

function tryEvent(made: ShownMessage['tries'][number]): LifeEvent & { at: Date } {
  const { n, at, outcome, status, answer } = made
  const what = `${tryText(outcome, status)}${aboutRefusal(made)}`
  return { at, code: outcome, text: `Try ${n}: ${what}${answer ? `: ${answer}` : '.'}` }
}

function tryText(outcome: string, status: number | null): string {
  if (outcome === 'deferred')
    return status ? 'the mail server put it off' : 'the mail server could not be reached'
  if (outcome === 'refused') return status ? 'the mail server refused it' : 'the mail could not be made'
  if (outcome === 'uncertain') return 'all of it was written, and no answer came'
  return 'the worker that held it ended'
}

/** How it ended, or what it waits for. A message that the server took has said so. */
function endOf(message: ShownMessage, now: Date): LifeEvent[] {
  const { state, deadline, nextTry, acceptances } = message
  if (state === 'accepted' || acceptances.length > 0) return []
  if (state === 'taken') return [{ at: null, code: 'taken', text: 'A worker has it in its hand.' }]
  if (isWaiting(message)) {
    const when = nextTry <= now ? 'as soon as a worker takes it' : `at ${minute(nextTry)}`
    return [{ at: null, code: 'waits', text: `It waits: the next try is ${when}.` }]
  }
  const at = message.reason === 'expired' ? deadline : null
  return [{ at, code: stateName(state), text: endText(message) }]
}

/** There may be another try. */
export const isWaiting = ({
  state,
  nextTry,
  deadline,
}: Pick<ShownMessage, 'state' | 'nextTry' | 'deadline'>): boolean =>
  state === 'ready' || state === 'deferred' || (state === 'uncertain' && nextTry < deadline)

function endText({ state, reason }: ShownMessage): string {
  if (state === 'uncertain') return 'It is not tried again: it may have arrived, and nobody knows.'
  if (state === 'refused') return `It is not tried again: refused (${reasonText(reason)}).`
  if (state === 'gave_up') return `It was given up: ${reasonText(reason)}.`
  return `It was not sent: ${reasonText(reason)}.`
}

const REASONS: Record<string, string> = {
  expired: 'its time was over before a server took it',
  unsubscribed: 'they had unsubscribed',
  suppressed: 'the address is suppressed',
  paused: 'they had paused',
  pending: 'the address was not confirmed any more',
  erased: 'they were erased',
  moved: 'they had moved to another address',
  undone: 'they took back what it tells of',
  restored: 'it may have gone out before the database was restored from a backup',
  'render-failed': 'the mail could not be made; the log says why',
}

/** Why a message was skipped, refused or given up, in words. A server's own code stays as it is. */
export const reasonText = (reason: string | null): string =>
  reason ? (REASONS[reason] ?? reason) : 'no reason is kept'
