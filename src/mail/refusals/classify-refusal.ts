import { REFUSAL_RULES } from './refusal-rules.ts'
import type { RefusalClass, RefusalRule } from './rules/rule.ts'

/** What a server said: three digits (null where no answer came), "5.1.1" or null, and the words, digits and all. */
export interface Answer {
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
const NOBODY_ANSWERED: Refusal = { class: null, rule: null, slowDown: false }

/** By the first rule that fits. What no rule knows is temporary where the server says so (4xx), else unknown. */
export function classifyRefusal(
  { status, enhanced, answer }: Answer,
  rules: readonly RefusalRule[] = REFUSAL_RULES,
): Refusal {
  if (status === null) return NOBODY_ANSWERED
  const read = answer.slice(0, MAX_READ)
  const heard = { status: String(status), code: enhanced ?? codeIn(read), words: wordsOf(read) }
  const rule = rules.find((candidate) => fits(candidate, heard))
  const kind = rule?.class ?? (heard.status.startsWith('4') ? 'temporary' : 'unknown')
  const slowDown = rule?.slowDown ?? (status === SERVER_CLOSES && kind !== 'full')
  return { class: kind, rule: rule?.name ?? null, slowDown }
}

interface Heard {
  status: string
  code: string | null
  words: string
}

const fits = (rule: RefusalRule, { status, code, words }: Heard): boolean =>
  (!rule.status || rule.status.some((start) => status.startsWith(start))) &&
  (!rule.enhanced || rule.enhanced.some((known) => isCode(known, code))) &&
  (!rule.text || rule.text.some((pattern) => pattern.test(words)))

function isCode(known: string | null, code: string | null): boolean {
  if (known === null || code === null) return known === code
  const [first, ...rest] = known.split('.')
  const [digit, ...details] = code.split('.')
  return (first === 'x' || first === digit) && rest.every((part, i) => part === '*' || part === details[i])
}

// "550 5.1.1 …", and as qmail writes it: "550 no mailbox here by that name (#5.1.1)".
const codeIn = (answer: string): string | null =>
  /^\s*(?:\d{3}[ -]){1,2}([245]\.\d{1,3}\.\d{1,3})\b|#([245]\.\d{1,3}\.\d{1,3})\b/
    .exec(answer)
    ?.slice(1)
    .find(Boolean) ?? null

/**
 * Lines joined, without the codes that stand before each; Latin letters without their accents. A dot inside a word
 * becomes "_": names of hosts are one word each, and a dot ends a sentence.
 */
const wordsOf = (answer: string): string =>
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
