import type { RefusalClass, RefusalRule, RepliedCommand } from './refusal-rule.ts'
import { RULES } from './rules.ts'

/** A server's reply: three digits (null without a reply), "5.1.1" or null, and the whole text, digits included. */
export interface SmtpReply {
  status: number | null
  enhanced: string | null
  reply: string
  /** Null or undefined if it is not known. */
  to?: RepliedCommand
}

export interface Refusal {
  /** Null if the server did not reply. */
  class: RefusalClass | 'unknown' | null
  /** The name of the first rule that matches; null if no rule does. */
  rule: string | null
  /** The server asks us to send slower. */
  slowDown: boolean
}

/** The server ends the session with this reply (RFC 5321, 4.2.1). */
const SERVER_CLOSES = 421
const MAX_READ = 2000
const NO_REPLY: Refusal = { class: null, rule: null, slowDown: false }

/** The connection is of no further use. An email whose body was not written may go again on a new one. */
export const endsSession = ({ status }: Pick<SmtpReply, 'status'>): boolean =>
  status === null || status === SERVER_CLOSES

interface Rules {
  rules?: readonly RefusalRule[]
  /** The text is from a report, not from a session of our own. */
  inReport?: boolean
}

/**
 * Uses the first rule that matches. Computed on each read of a try, so that newer rules apply. Without a matching rule, a
 * 4xx reply is temporary, any other unknown. A 421 means "slower", unless a rule says otherwise.
 */
export function classifyRefusal(
  { status, enhanced, reply, to = null }: SmtpReply,
  { rules = RULES, inReport = false }: Rules = {},
): Refusal {
  if (status === null) return NO_REPLY
  const read = reply.slice(0, MAX_READ)
  const parsed = {
    status: String(status),
    code: enhanced ?? enhancedCodeIn(read),
    words: normalizedText(read),
    to,
    inReport,
  }
  const rule = rules.find((candidate) => matches(candidate, parsed))
  const kind = rule?.class ?? (parsed.status.startsWith('4') ? 'temporary' : 'unknown')
  const slowDown = rule?.slowDown ?? (status === SERVER_CLOSES && kind !== 'full')
  return { class: kind, rule: rule?.name ?? null, slowDown }
}

interface ParsedReply {
  status: string
  code: string | null
  words: string
  to: RepliedCommand
  inReport: boolean
}

function matches(rule: RefusalRule, { status, code, words, to, inReport }: ParsedReply): boolean {
  const codes = (inReport && rule.enhancedInReports) || rule.enhanced
  return (
    (inReport || !rule.onlyInReports) &&
    (!rule.status || rule.status.some((start) => status.startsWith(start))) &&
    (!rule.to || rule.to.includes(to)) &&
    (!codes || codes.some((known) => matchesCode(known, code))) &&
    (!rule.text || rule.text.some((pattern) => pattern.test(words)))
  )
}

function matchesCode(known: string | null, code: string | null): boolean {
  if (known === null || code === null) return known === code
  const [first, ...rest] = known.split('.')
  const [digit, ...details] = code.split('.')
  return (first === 'x' || first === digit) && rest.every((part, i) => part === '*' || part === details[i])
}

// "550 5.1.1 …", and qmail's form: "550 no mailbox here by that name (#5.1.1)".
const enhancedCodeIn = (reply: string): string | null =>
  /^\s*(?:\d{3}[ -]){1,2}([245]\.\d{1,3}\.\d{1,3})\b|#([245]\.\d{1,3}\.\d{1,3})\b/
    .exec(reply)
    ?.slice(1)
    .find(Boolean) ?? null

/**
 * Joins the lines, without the code before each, and removes accents from Latin letters. A dot inside a word becomes
 * "_", so that a host name is one word and a dot ends a sentence.
 */
const normalizedText = (reply: string): string =>
  reply
    .normalize('NFD')
    .replace(/(\p{Script=Latin})[\u0300-\u036f]+/gu, '$1')
    .normalize('NFC')
    .replace(
      /^\s*\d{3}[ -]?|\b[245]\d\d(?:-|[ -](?=[245]\.\d{1,3}\.))|\b[245]\.\d{1,3}\.\d{1,3}(?![\d.])/g,
      '',
    )
    .replace(/\.(?=\S)/g, '_')
    .replace(/\s+/g, ' ')

/** " (no such mailbox)"; empty if the server did not reply. */
export function refusalSuffix(attempt: SmtpReply): string {
  const kind = classifyRefusal(attempt).class
  return kind === null ? '' : ` (${REFUSAL_LABELS[kind]})`
}

/** The meaning of a refusal, in few words for the operator. */
export const REFUSAL_LABELS: Record<NonNullable<Refusal['class']>, string> = {
  dead: 'no such mailbox',
  full: 'mailbox full or disabled',
  policy: 'policy',
  ours: 'our side',
  temporary: 'temporary',
  unknown: 'no clear reason',
}
