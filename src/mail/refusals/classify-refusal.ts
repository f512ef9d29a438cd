import { REFUSAL_RULES } from './refusal-rules.ts'
import type { RefusalClass, RefusalRule } from './rules/rule.ts'

/** What a server said: three digits (null where no answer came), "5.1.1" or null, and the words, digits and all. */
export interface SmtpReply {
  status: number | null
  enhanced: string | null
  answer: string
}

export interface Refusal {
  /** Null where no answer came. */
  class: RefusalClass | 'unknown' | null
  /** The name of the rule that fits first; null where none does. */
  rule: string | null
  /** The server asks us to send slower. */
  slowDown: boolean
}

const MAX_READ = 2000
const SERVER_CLOSES = 421
const NO_REPLY: Refusal = { class: null, rule: null, slowDown: false }

/** By the first rule that fits. What no rule knows is temporary where the server says so (4xx), else unknown. */
export function classifyRefusal(
  { status, enhanced, answer }: SmtpReply,
  rules: readonly RefusalRule[] = REFUSAL_RULES,
): Refusal {
  if (status === null) return NO_REPLY
  const read = answer.slice(0, MAX_READ)
  const reply = {
    status: String(status),
    code: enhanced ?? enhancedCodeIn(read),
    words: normalizedText(read),
  }
  const rule = rules.find((candidate) => matches(candidate, reply))
  const kind = rule?.class ?? (reply.status.startsWith('4') ? 'temporary' : 'unknown')
  const slowDown = rule?.slowDown ?? (status === SERVER_CLOSES && kind !== 'full')
  return { class: kind, rule: rule?.name ?? null, slowDown }
}

interface ParsedReply {
  status: string
  code: string | null
  words: string
}

const matches = (rule: RefusalRule, { status, code, words }: ParsedReply): boolean =>
  (!rule.status || rule.status.some((start) => status.startsWith(start))) &&
  (!rule.enhanced || rule.enhanced.some((known) => matchesCode(known, code))) &&
  (!rule.text || rule.text.some((pattern) => pattern.test(words)))

function matchesCode(known: string | null, code: string | null): boolean {
  if (known === null || code === null) return known === code
  const [first, ...rest] = known.split('.')
  const [digit, ...details] = code.split('.')
  return (first === 'x' || first === digit) && rest.every((part, i) => part === '*' || part === details[i])
}

// "550 5.1.1 …", and as qmail writes it: "550 no mailbox here by that name (#5.1.1)".
const enhancedCodeIn = (answer: string): string | null =>
  /^\s*(?:\d{3}[ -]){1,2}([245]\.\d{1,3}\.\d{1,3})\b|#([245]\.\d{1,3}\.\d{1,3})\b/
    .exec(answer)
    ?.slice(1)
    .find(Boolean) ?? null

/**
 * Lines joined, without the codes that stand before each; Latin letters without their accents. A dot inside a word
 * becomes "_": names of hosts are one word each, and a dot ends a sentence.
 */
const normalizedText = (answer: string): string =>
  answer
    .normalize('NFD')
    .replace(/(\p{Script=Latin})[\u0300-\u036f]+/gu, '$1')
    .normalize('NFC')
    .replace(
      /^\s*\d{3}[ -]?|\b[245]\d\d(?:-|[ -](?=[245]\.\d{1,3}\.))|\b[245]\.\d{1,3}\.\d{1,3}(?![\d.])/g,
      '',
    )
    .replace(/\.(?=\S)/g, '_')
    .replace(/\s+/g, ' ')
