import { NO_SUCH_MAILBOX_CODES } from '../../mail/refusals/refusal-rule.ts'
import {
  type BounceClass,
  type BounceEvent,
  bounceFromStatus,
  NOT_A_REPORT,
} from '../reading/parsed-bounce.ts'

/**
 * The provider's classification of a failed delivery: permanent, temporary or rejected by policy; unsaid if it gives
 * none. The class for each, and the classes of the server's text that it replaces: text and codes take precedence,
 * since providers also report rejected spam and full mailboxes as permanent.
 */
const FAILURES = {
  hard: { class: 'dead', instead: ['unknown'] },
  soft: { class: 'temporary', instead: ['unknown', 'dead'] },
  blocked: { class: 'policy', instead: ['unknown', 'dead', 'temporary'] },
  unsaid: { class: 'unknown', instead: [] },
} as const satisfies Record<string, { class: BounceClass; instead: BounceClass[] }>
type Failure = keyof typeof FAILURES

/** What an event says, in the form that all providers share. */
export interface ProviderEvent {
  /** Undefined if it is no report: open and click events are ignored. */
  meaning: BounceClass | Failure | undefined
  /** "" if the provider names none. */
  recipient: string
  messageIds: string[]
  /** Values of our own header. */
  tokens?: string[]
  /** "5.1.1", or the raw text of the provider's status field. */
  status?: string
  /** The three-digit reply code, if the provider has a separate field for it. */
  code?: string
  /** The server's reply; "" if the provider omits it. */
  reply?: string
  /** The provider states that the mailbox does not exist. */
  isCertain?: boolean
}

export const isFailure = (meaning: ProviderEvent['meaning']): meaning is Failure =>
  meaning !== undefined && meaning in FAILURES

/** A provider's word for an event, and its meaning. */
export type Meanings = Readonly<Record<string, ProviderEvent['meaning']>>

export const meaningOfWord = (meanings: Meanings, word: string): ProviderEvent['meaning'] =>
  Object.hasOwn(meanings, word) ? meanings[word] : undefined

export function toBounceEvent(event: ProviderEvent): BounceEvent {
  const { meaning, recipient, messageIds, tokens = [], status = '', isCertain = false } = event
  if (!meaning) return NOT_A_REPORT
  const named = { recipient: recipient || null, about: { tokens, messageIds: messageIds.filter(Boolean) } }
  if (!isFailure(meaning))
    return { ...named, class: meaning, status: status || null, sure: false, reply: event.reply ?? '' }
  const code = /^[245]\.\d{1,3}\.\d{1,3}$/.exec(status)?.[0] ?? null
  const reply = replyOf(event)
  const diagnostic = reply ? { type: 'smtp', text: reply } : null
  const read = bounceFromStatus({ recipient, action: 'failed', status: code, diagnostic })
  const { class: own, instead } = FAILURES[meaning]
  const kind = (instead as readonly BounceClass[]).includes(read.class) ? own : read.class
  const isByCode = read.sure || NO_SUCH_MAILBOX_CODES.includes(code ?? '')
  const sure = meaning === 'hard' && kind === 'dead' && (isByCode || isCertain)
  return { ...named, class: kind, status: read.status, sure, reply }
}

/** Restores the form of a server's reply, "550 5.1.1 …": some providers remove the codes from the text. */
function replyOf({ status = '', code = '', reply = '' }: ProviderEvent): string {
  const isCode = /^[45]\d\d$/.test(code)
  if (!isCode || /^(?:smtp; ?)?[45]\d\d[ -]/i.test(reply)) return reply
  const enhanced = /^[45]\.\d/.test(status) && !reply.startsWith(status) ? ` ${status}` : ''
  return `${code}${enhanced} ${reply}`.trim()
}
