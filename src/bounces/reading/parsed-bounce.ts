import { redact } from '../../core/log.ts'
import { classifyRefusal, type Refusal, type SmtpReply } from '../../mail/refusals/classify-refusal.ts'
import { NO_SUCH_MAILBOX_CODES } from '../../mail/refusals/rules/dead.ts'
import type { RefusalRule } from '../../mail/refusals/rules/rule.ts'
import type { RecipientStatus } from './delivery-status.ts'
import { findQuotedReplies, type QuotedReply } from './quoted-replies.ts'
import { REPORT_RULES } from './report-rules.ts'

export type BounceClass =
  | Exclude<Refusal['class'], null>
  | 'complaint'
  | 'unsubscribe'
  | 'auto-reply'
  | 'delayed'
  | 'not-a-report'

/** What came back for one recipient. */
export interface ParsedBounce {
  recipient: string | null
  class: BounceClass
  /** "5.1.1", or the three digits where there is no such code; null where there is neither. */
  status: string | null
  diagnostic: string | null
  /** The rule that fired. */
  rule: string | null
  /** What was classified; null where no answer stands there. */
  answer: SmtpReply | null
  /** To which command it was given, where the words tell. */
  to: QuotedReply['to']
  /** Dead by the code of a server that was asked for this recipient: once is enough. Else it takes a second report. */
  sure: boolean
}

const MAX_READ = 2000
const MAX_DIAGNOSTIC_LENGTH = 1000

/** A mail of which no recipient is told. */
export const bareBounce = (kind: BounceClass, recipient: string | null = null): ParsedBounce => ({
  recipient,
  class: kind,
  status: null,
  diagnostic: null,
  rule: null,
  answer: null,
  to: null,
  sure: false,
})

/** By the rules of answers in a session, unless others are given. */
export function bounceFromReply(answer: QuotedReply, rules?: readonly RefusalRule[]): ParsedBounce {
  const { recipient, status, enhanced, to } = answer
  const reply = { status, enhanced, answer: redact(answer.answer.slice(0, MAX_READ)) } // as delivery hears it
  const { class: kind, rule } = classifyRefusal(reply, rules)
  return {
    recipient,
    class: kind ?? 'unknown',
    status: enhanced ?? (status === null ? null : String(status)),
    diagnostic: answer.answer.slice(0, MAX_READ),
    rule,
    answer: reply,
    to,
    sure: false,
  }
}

/** What carriers say, once they have seen the mail, to mail that they filter. */
const BARE_RULE = 'report-nobody'

/** A server's answer that a report quotes: it counts for the recipient where it was given to RCPT, or nothing else is said. */
export function bounceFromQuotedReply(answer: QuotedReply): ParsedBounce {
  const read = bounceFromReply(answer, REPORT_RULES)
  if (read.class !== 'dead') return read
  if (read.to === 'MAIL') return { ...read, class: 'ours', rule: null }
  if (read.to === 'DATA' && read.rule === BARE_RULE) return { ...read, class: 'policy', rule: null }
  return { ...read, sure: read.to !== 'DATA' && NO_SUCH_MAILBOX_CODES.includes(answer.enhanced ?? '') }
}

const NO_FAILURE: Record<string, BounceClass> = {
  delayed: 'delayed',
  delivered: 'not-a-report',
  relayed: 'not-a-report',
  expanded: 'not-a-report',
}

/** A server's answer in it counts, then the code that the report gives. */
export function bounceFromStatus(group: RecipientStatus, stage: QuotedReply['to'] = null): ParsedBounce {
  const { recipient, action, status, diagnostic } = group
  const did = NO_FAILURE[action ?? '']
  const found = diagnostic?.type === 'smtp' ? answerIn(diagnostic.text) : null
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

/** The answer that says most: for good before for now, and what a rule knows before what none does. */
function answerIn(text: string): QuotedReply | null {
  const answers = findQuotedReplies(text.slice(0, 20 * MAX_READ)).filter(({ status }) => status !== null)
  const rank = (answer: QuotedReply): number => {
    const isKnown = bounceFromQuotedReply(answer).class !== 'unknown'
    return (isKnown ? 0 : 2) + (answer.status! >= 500 ? 0 : 1)
  }
  return answers.length < 2 ? (answers[0] ?? null) : answers.toSorted((a, b) => rank(a) - rank(b))[0]!
}

/** A code that says no more than the first digit is none. */
const saysMore = (status: string | null): string | null => (status?.endsWith('.0.0') ? null : status)

const withCode = (answer: QuotedReply, status: string | null): QuotedReply => ({
  ...answer,
  enhanced: saysMore(answer.enhanced) ?? saysMore(status),
})

/** Without a server's answer there is the code alone, and its first digit. */
function fromCode(status: string | null, diagnostic: RecipientStatus['diagnostic']): ParsedBounce {
  const answer = {
    recipient: null,
    status: status ? Number(`${status[0]}50`) : diagnostic ? 550 : null,
    enhanced: saysMore(status),
    answer: diagnostic?.text ?? '',
    to: null,
  }
  const read = bounceFromReply(answer, REPORT_RULES)
  // The words of a local program may speak of a user of its own.
  const isOfProgram = diagnostic !== null && /^x-unix/.test(diagnostic.type)
  return read.class === 'dead' && isOfProgram ? { ...read, class: 'unknown', rule: null } : read
}

const CODE = /(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])/
const STATUS = /\b(?:code|status|error|smtp)\W{1,3}([45]\d\d)\b/i

/** A server that says no more than that it did not work. */
const isVague = ({ class: kind, rule }: ParsedBounce): boolean =>
  kind === 'unknown' || rule === 'server-trouble'

const OF_SENDER =
  /\bbut (?:my name|sender) was rejected|\bafter (?:MAIL FROM|[EH]E?H?LO|initial connection)\b|\bin reply to (?:MAIL|[EH]E?H?LO)\b|\[MAIL_FROM\]|\bour (?:MAIL|[EH]E?H?LO)\b|^>>> MAIL FROM.*\n<<< 5/im
const OF_DATA =
  /\bafter (?:end of data|DATA)\b|\bin reply to (?:end of )?DATA\b|\bfailed after I sent the message|\bour final DATA\b/i

/** To which command an answer was given, by the words about it. */
export const smtpStageIn = (words: string): QuotedReply['to'] =>
  OF_SENDER.test(words) ? 'MAIL' : OF_DATA.test(words) ? 'DATA' : null

/** What words say, an answer that they quote before all else; null where they say nothing. */
export function bounceFromWords(words: string, recipient: string | null): ParsedBounce | null {
  const quoted = answerIn(words)
  if (quoted) {
    const read = bounceFromQuotedReply({ ...quoted, to: quoted.to ?? smtpStageIn(words) })
    if (!isVague(read)) return { ...read, recipient }
  }
  const said = words.replace(/\s+/g, ' ').trim().slice(0, MAX_READ)
  if (said === '') return null
  const enhanced = CODE.exec(said)?.[1] ?? null
  const status = Number(STATUS.exec(said)?.[1] ?? (enhanced ? `${enhanced[0]}50` : 550))
  const read = bounceFromReply(
    { recipient, status, enhanced: saysMore(enhanced), answer: said, to: null },
    REPORT_RULES,
  )
  if (isVague(read))
    return quoted ? { ...bounceFromQuotedReply(quoted), recipient } : read.class === 'unknown' ? null : read
  return {
    ...read,
    status: enhanced ?? (quoted?.status ? String(quoted.status) : null),
    diagnostic: said.slice(0, MAX_DIAGNOSTIC_LENGTH),
  }
}
