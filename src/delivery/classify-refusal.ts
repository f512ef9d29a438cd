import type { SmtpFault } from './classify-answer.ts'
import { REFUSAL_RULES, type RefusalClass, type RefusalRule } from './refusal-rules.ts'

/** What the server said, and, where it is known, to which command. */
export type Answer = Pick<SmtpFault, 'status' | 'enhanced' | 'answer'> & Partial<Pick<SmtpFault, 'stage'>>

export interface Refusal {
  /** Null where no answer came. */
  class: RefusalClass | 'unknown' | null
  /** The name of the rule that fits first; null where none does. */
  rule: string | null
  /** The server asks us to send slower. */
  slowDown: boolean
}

const TEMPORARY = 4

/** What no rule knows is temporary where the server says so (4xx), else unknown. */
export function classifyRefusal(answer: Answer): Refusal {
  if (answer.status === null) return { class: null, rule: null, slowDown: false }
  const rule = REFUSAL_RULES.find((candidate) => fits(candidate, answer))
  if (rule) return { class: rule.class, rule: rule.name, slowDown: rule.slowDown ?? false }
  const isTemporary = Math.floor(answer.status / 100) === TEMPORARY
  return { class: isTemporary ? 'temporary' : 'unknown', rule: null, slowDown: false }
}

const fits = (rule: RefusalRule, { status, enhanced, answer, stage }: Answer): boolean =>
  (!rule.stage || (stage !== undefined && rule.stage.includes(stage))) &&
  (!rule.status || rule.status.some((start) => String(status).startsWith(start))) &&
  (!rule.enhanced || rule.enhanced.some((code) => isCode(code, enhanced))) &&
  (!rule.text || rule.text.test(answer))

const isCode = (code: string, enhanced: string | null): boolean =>
  enhanced !== null && (code.startsWith('x') ? code.slice(1) === enhanced.slice(1) : code === enhanced)
