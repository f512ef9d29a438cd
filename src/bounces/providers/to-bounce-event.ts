import { NO_SUCH_MAILBOX_CODES } from '../../mail/refusals/rules/dead.ts'
import type { BounceEvent } from '../bounce-event.ts'
import type { MessageReferences } from '../reading/message-references.ts'
import { bounceFromStatus } from '../reading/parsed-bounce.ts'

/** Of events that say nothing of a failure. Who opened or clicked is not read. */
export const NOT_A_REPORT: BounceEvent = {
  class: 'not-a-report',
  recipient: null,
  status: null,
  sure: false,
  answer: '',
  about: { tokens: [], messageIds: [] },
}

/** Whom a report is about; "" where a maker does not say. */
export interface BounceTarget {
  recipient: string
  about: MessageReferences
}

/** What is no failure of a delivery. */
export const toBounceEvent = (
  kind: BounceEvent['class'],
  { recipient, about }: BounceTarget,
  answer = '',
): BounceEvent => ({
  ...NOT_A_REPORT,
  class: kind,
  recipient: recipient || null,
  about,
  answer,
})

export interface ProviderFailure extends BounceTarget {
  /** What the maker makes of it: for good, for now, for what the other side wants; unsaid: it cannot tell. */
  kind: 'hard' | 'soft' | 'blocked' | 'unsaid'
  /** "5.1.1", or what stands in such a field. */
  status: string
  /** The three digits of the server's answer, where they stand in a field of their own. */
  code?: string
  /** What the server said; "" where the maker does not tell. */
  said: string
  /** The maker leaves no doubt that there is no such mailbox. */
  isCertain?: boolean
}

/**
 * What a failed delivery means: by the server's own words and codes first, since a maker calls "hard" what was refused for
 * spam or for a full mailbox too, then by what the maker makes of it.
 */
export function toFailureEvent({
  kind,
  recipient,
  about,
  isCertain = false,
  ...words
}: ProviderFailure): BounceEvent {
  const status = /^[245]\.\d{1,3}\.\d{1,3}$/.exec(words.status)?.[0] ?? null
  const answer = replyOf(words)
  const diagnostic = answer ? { type: 'smtp', text: answer } : null
  const read = bounceFromStatus({ recipient, action: 'failed', status, diagnostic })
  const meaning = BY_PROVIDER_KIND[kind]
  const kindOfReturn = meaning.instead.includes(read.class) ? meaning.class : read.class
  const isByCode = read.sure || NO_SUCH_MAILBOX_CODES.includes(status ?? '')
  return {
    class: kindOfReturn,
    recipient: recipient || null,
    status: read.status,
    sure: kind === 'hard' && kindOfReturn === 'dead' && (isByCode || isCertain),
    answer,
    about,
  }
}

/** What the maker's word stands for, and instead of which classes that the words gave. */
const BY_PROVIDER_KIND: Record<
  ProviderFailure['kind'],
  { class: BounceEvent['class']; instead: BounceEvent['class'][] }
> = {
  hard: { class: 'dead', instead: ['unknown'] },
  soft: { class: 'temporary', instead: ['unknown', 'dead'] },
  blocked: { class: 'policy', instead: ['unknown', 'dead', 'temporary'] },
  unsaid: { class: 'unknown', instead: [] },
}

/** As a server writes it, "550 5.1.1 …": a maker may take its codes out of the words. */
function replyOf({ status, code = '', said }: Pick<ProviderFailure, 'status' | 'code' | 'said'>): string {
  const isCode = /^[45]\d\d$/.test(code)
  if (!isCode || /^(?:smtp; ?)?[45]\d\d[ -]/i.test(said)) return said
  const enhanced = /^[45]\.\d/.test(status) && !said.startsWith(status) ? ` ${status}` : ''
  return `${code}${enhanced} ${said}`.trim()
}
