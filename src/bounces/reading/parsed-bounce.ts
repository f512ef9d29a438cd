import { redact } from '../../core/log.ts'
import { classifyRefusal, type Refusal, type SmtpReply } from '../../mail/refusals/classify-refusal.ts'
import { NO_SUCH_MAILBOX_CODES } from '../../mail/refusals/refusal-rule.ts'
import { findQuotedReplies, type QuotedReply } from './recipient-words.ts'
import type { MessageReferences, RecipientStatus } from './split-report.ts'

export type BounceClass =
  | Exclude<Refusal['class'], null>
  | 'complaint'
  | 'unsubscribe'
  | 'auto-reply'
  | 'delayed'
  | 'not-a-report'

export interface ParsedBounce {
  recipient: string | null
  class: BounceClass
  /** "5.1.1", else the three-digit code; null without a code. */
  status: string | null
  diagnostic: string | null
  rule: string | null
  /** The classified reply; null if the report contains none. */
  smtpReply: SmtpReply | null
  /** The SMTP command that the server replied to, if the text says so. */
  to: QuotedReply['to']
  /**
   * Dead by the code of a server that replied about this recipient: this one report suffices. Otherwise a second report
   * is required.
   */
  sure: boolean
}

export interface BounceEvent extends Pick<ParsedBounce, 'recipient' | 'class' | 'status' | 'sure'> {
  /** The server's reply, unchanged. */
  reply: string
  about: MessageReferences
}

export const NOT_A_REPORT: BounceEvent = {
  class: 'not-a-report',
  recipient: null,
  status: null,
  sure: false,
  reply: '',
  about: { tokens: [], messageIds: [] },
}

const MAX_READ = 2000
const MAX_DIAGNOSTIC_LENGTH = 1000

export const bareBounce = (kind: BounceClass, recipient: string | null = null): ParsedBounce => ({
  recipient,
  class: kind,
  status: null,
  diagnostic: null,
  rule: null,
  smtpReply: null,
  to: null,
  sure: false,
})

/** Classifies a reply, by default as one in an SMTP session. */
export function bounceFromReply(quoted: QuotedReply, { inReport = false } = {}): ParsedBounce {
  const { recipient, status, enhanced, to } = quoted
  const smtpReply = { status, enhanced, to, reply: redact(quoted.reply.slice(0, MAX_READ)) } // as sending does
  const { class: kind, rule } = classifyRefusal(smtpReply, { inReport })
  return {
    recipient,
    class: kind ?? 'unknown',
    status: enhanced ?? (status === null ? null : String(status)),
    diagnostic: quoted.reply.slice(0, MAX_READ),
    rule,
    smtpReply,
    to,
    sure: false,
  }
}

/**
 * Classifies a server reply that a report quotes. It is about the recipient if it was the reply to RCPT, or if the text
 * names no command.
 */
export function bounceFromQuotedReply(quoted: QuotedReply): ParsedBounce {
  const read = bounceFromReply(quoted, { inReport: true })
  const isByCode = NO_SUCH_MAILBOX_CODES.includes(quoted.enhanced ?? '')
  return { ...read, sure: read.class === 'dead' && read.to !== 'DATA' && isByCode }
}

const NO_FAILURE: Record<string, BounceClass> = {
  delayed: 'delayed',
  delivered: 'not-a-report',
  relayed: 'not-a-report',
  expanded: 'not-a-report',
}

/** Uses the server reply in the group, else the status code of the report. */
export function bounceFromStatus(group: RecipientStatus, stage: QuotedReply['to'] = null): ParsedBounce {
  const { recipient, action, status, diagnostic } = group
  const did = NO_FAILURE[action ?? '']
  const found = diagnostic?.type === 'smtp' ? replyIn(diagnostic.text) : null
  const quoted = found && { ...found, to: found.to ?? stage }
  const read = quoted ? bounceFromQuotedReply(withCode(quoted, status)) : fromCode(status, diagnostic)
  return {
    ...read,
    ...(did && { class: did, rule: null, sure: false }),
    recipient,
    sure: did === undefined && read.sure && NO_SUCH_MAILBOX_CODES.includes(quoted?.enhanced ?? ''),
    status: status ?? read.status,
    diagnostic: diagnostic?.text.slice(0, MAX_DIAGNOSTIC_LENGTH) ?? null,
  }
}

/**
 * The most informative reply: a reply that a rule matches before one that none does, then permanent before temporary.
 */
function replyIn(text: string): QuotedReply | null {
  const replies = findQuotedReplies(text.slice(0, 20 * MAX_READ)).filter(({ status }) => status !== null)
  const rank = (quoted: QuotedReply): number => {
    const isKnown = bounceFromQuotedReply(quoted).class !== 'unknown'
    return (isKnown ? 0 : 2) + (quoted.status! >= 500 ? 0 : 1)
  }
  return replies.length < 2 ? (replies[0] ?? null) : replies.toSorted((a, b) => rank(a) - rank(b))[0]!
}

/** A code such as 5.0.0 adds nothing to its first digit. */
const saysMore = (status: string | null): string | null => (status?.endsWith('.0.0') ? null : status)

const withCode = (quoted: QuotedReply, status: string | null): QuotedReply => ({
  ...quoted,
  enhanced: saysMore(quoted.enhanced) ?? saysMore(status),
})

/** Without a server reply, classifies by the status code and its first digit. */
function fromCode(status: string | null, diagnostic: RecipientStatus['diagnostic']): ParsedBounce {
  const quoted = {
    recipient: null,
    status: status ? Number(`${status[0]}50`) : diagnostic ? 550 : null,
    enhanced: saysMore(status),
    reply: diagnostic?.text ?? '',
    to: null,
  }
  const read = bounceFromReply(quoted, { inReport: true })
  // The output of a local program may be about a user of its own.
  const isOfProgram = diagnostic !== null && /^x-unix/.test(diagnostic.type)
  return read.class === 'dead' && isOfProgram ? { ...read, class: 'unknown', rule: null } : read
}

const CODE = /(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])/
const STATUS = /\b(?:code|status|error|smtp)\W{1,3}([45]\d\d)\b/i

/** The reply only says that the delivery failed. */
const isVague = ({ class: kind, rule }: ParsedBounce): boolean =>
  kind === 'unknown' || rule === 'server-trouble'

const OF_SENDER =
  /\bbut (?:my name|sender) was rejected|\bafter (?:MAIL FROM|[EH]E?H?LO|initial connection)\b|\bin reply to (?:MAIL|[EH]E?H?LO)\b|\[MAIL_FROM\]|\bour (?:MAIL|[EH]E?H?LO)\b|^>>> MAIL FROM.*\n<<< 5/im
const OF_DATA =
  /\bafter (?:end of data|DATA)\b|\bin reply to (?:end of )?DATA\b|\bfailed after I sent the message|\bour final DATA\b/i

/** The SMTP command that was replied to, according to the surrounding text. */
export const smtpStageIn = (words: string): QuotedReply['to'] =>
  OF_SENDER.test(words) ? 'MAIL' : OF_DATA.test(words) ? 'DATA' : null

/** Classifies a text, first by the reply that it quotes; null if it gives no reason. */
export function bounceFromWords(words: string, recipient: string | null): ParsedBounce | null {
  const quoted = replyIn(words)
  if (quoted) {
    const read = bounceFromQuotedReply({ ...quoted, to: quoted.to ?? smtpStageIn(words) })
    if (!isVague(read)) return { ...read, recipient }
  }
  const said = words.replace(/\s+/g, ' ').trim().slice(0, MAX_READ)
  if (said === '') return null
  const enhanced = CODE.exec(said)?.[1] ?? null
  const status = Number(STATUS.exec(said)?.[1] ?? (enhanced ? `${enhanced[0]}50` : 550))
  const whole = { recipient, status, enhanced: saysMore(enhanced), reply: said, to: null }
  const read = bounceFromReply(whole, { inReport: true })
  if (isVague(read))
    return quoted ? { ...bounceFromQuotedReply(quoted), recipient } : read.class === 'unknown' ? null : read
  return {
    ...read,
    status: enhanced ?? (quoted?.status ? String(quoted.status) : null),
    diagnostic: said.slice(0, MAX_DIAGNOSTIC_LENGTH),
  }
}
