import { errorText, Fault } from '../../core/errors.ts'
import { NO_SUCH_MAILBOX_CODES } from '../../mail/refusals/refusal-rules.ts'
import { type BounceClass, bounceFromStatus } from '../reading/parsed-bounce.ts'
import type { MessageReferences } from '../reading/split-report.ts'

/** For events that report no failure. Open and click events are ignored. */
export const NOT_A_REPORT: BounceEvent = {
  class: 'not-a-report',
  recipient: null,
  status: null,
  sure: false,
  reply: '',
  about: { tokens: [], messageIds: [] },
}

/** The subject of an event; "" if the provider names no recipient. */
export interface BounceTarget {
  recipient: string
  about: MessageReferences
}

/** Of an event that names our Message-ID and no other header of our email. */
export const toTarget = (recipient: unknown, messageId: unknown): BounceTarget => ({
  recipient: toText(recipient),
  about: { tokens: [], messageIds: [toText(messageId)].filter(Boolean) },
})

/** An event that is not a failed delivery. */
export const toBounceEvent = (
  kind: BounceEvent['class'],
  { recipient, about }: BounceTarget,
  reply = '',
): BounceEvent => ({
  ...NOT_A_REPORT,
  class: kind,
  recipient: recipient || null,
  about,
  reply,
})

export interface ProviderFailure extends BounceTarget {
  /** The provider's classification: permanent, temporary or rejected by policy; unsaid if it gives none. */
  kind: 'hard' | 'soft' | 'blocked' | 'unsaid'
  /** "5.1.1", or the raw text of the provider's status field. */
  status: string
  /** The three-digit reply code, if the provider has a separate field for it. */
  code?: string
  /** The server's reply; "" if the provider omits it. */
  said: string
  /** The provider states that the mailbox does not exist. */
  isCertain?: boolean
}

/**
 * Classifies a failed delivery. The server's own text and codes take precedence, since providers also report rejected
 * spam and full mailboxes as "hard"; the provider's classification is second.
 */
export function toFailureEvent({
  kind,
  recipient,
  about,
  isCertain = false,
  ...words
}: ProviderFailure): BounceEvent {
  const status = /^[245]\.\d{1,3}\.\d{1,3}$/.exec(words.status)?.[0] ?? null
  const reply = replyOf(words)
  const diagnostic = reply ? { type: 'smtp', text: reply } : null
  const read = bounceFromStatus({ recipient, action: 'failed', status, diagnostic })
  const meaning = BY_PROVIDER_KIND[kind]
  const kindOfReturn = meaning.instead.includes(read.class) ? meaning.class : read.class
  const isByCode = read.sure || NO_SUCH_MAILBOX_CODES.includes(status ?? '')
  return {
    class: kindOfReturn,
    recipient: recipient || null,
    status: read.status,
    sure: kind === 'hard' && kindOfReturn === 'dead' && (isByCode || isCertain),
    reply,
    about,
  }
}

/** The class for each provider classification, and the classes of the server's text that it replaces. */
const BY_PROVIDER_KIND: Record<
  ProviderFailure['kind'],
  { class: BounceEvent['class']; instead: BounceEvent['class'][] }
> = {
  hard: { class: 'dead', instead: ['unknown'] },
  soft: { class: 'temporary', instead: ['unknown', 'dead'] },
  blocked: { class: 'policy', instead: ['unknown', 'dead', 'temporary'] },
  unsaid: { class: 'unknown', instead: [] },
}

/** Restores the form of a server's reply, "550 5.1.1 …": some providers remove the codes from the text. */
function replyOf({ status, code = '', said }: Pick<ProviderFailure, 'status' | 'code' | 'said'>): string {
  const isCode = /^[45]\d\d$/.test(code)
  if (!isCode || /^(?:smtp; ?)?[45]\d\d[ -]/i.test(said)) return said
  const enhanced = /^[45]\.\d/.test(status) && !said.startsWith(status) ? ` ${status}` : ''
  return `${code}${enhanced} ${said}`.trim()
}

/** A JSON object with unchecked fields. */
export type JsonFields = Readonly<Record<string, unknown>>

/** Parses a UTF-8 body as JSON. Throws report.unreadable. */
export function parseJsonBody(raw: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(raw))
  } catch (cause) {
    // The message of a SyntaxError quotes the body.
    const what = cause instanceof SyntaxError ? 'no JSON' : errorText(cause)
    throw new Fault('report.unreadable', { what }, { cause })
  }
}

/** The events of a body that is one object or a list of objects. Throws report.unreadable. */
export function parseEvents(raw: Uint8Array): JsonFields[] {
  const events = [parseJsonBody(raw)].flat()
  if (events.length === 0 || !events.every(isFields))
    throw new Fault('report.unreadable', { what: 'no object and no list of objects' })
  return events
}

const isFields = (value: unknown): value is JsonFields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The object in a field; {} if there is none. */
export const toFields = (value: unknown): JsonFields => (isFields(value) ? value : {})

/** The objects in a list field; [] if there is none. */
export const toFieldsList = (value: unknown): JsonFields[] =>
  Array.isArray(value) ? value.filter(isFields) : []

/** The text or number in a field; "" if there is none. */
export const toText = (value: unknown): string =>
  typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : ''

/** What a report says about one recipient, in the same form for every channel. */
export interface BounceEvent {
  class: BounceClass
  /** Null if the report names no recipient, or redacts the address. */
  recipient: string | null
  /** "5.1.1"; null if the report has no status. */
  status: string | null
  /** The mailbox is dead by a server's own reply, not only by free text. */
  sure: boolean
  /** The server's reply, unchanged. */
  reply: string
  about: MessageReferences
}
