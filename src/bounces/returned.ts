import { type Answer, classifyRefusal, type Refusal } from '../delivery/answers/classify-refusal.ts'
import { scrub } from '../platform/log.ts'
import type { DeliveryStatus } from './delivery-status.ts'
import { answersQuotedIn, type QuotedAnswer } from './quoted-answers.ts'

type ReturnClass = Exclude<Refusal['class'], null> | 'complaint' | 'auto-reply' | 'delayed' | 'not-a-report'

/** What came back for one recipient. */
export interface Returned {
  recipient: string | null
  class: ReturnClass
  /** "5.1.1", or the three digits where there is no such code; null where there is neither. */
  status: string | null
  diagnostic: string | null
  /** The rule that fired. */
  rule: string | null
  /** What was classified; null where no answer stands there. */
  answer: Answer | null
  /** To which command it was given, where the words tell. */
  to: QuotedAnswer['to']
}

const MOST_READ = 2000

/** A mail of which no recipient is told. */
export const only = (kind: ReturnClass): Returned => ({
  recipient: null,
  class: kind,
  status: null,
  diagnostic: null,
  rule: null,
  answer: null,
  to: null,
})

export function fromAnswer(answer: QuotedAnswer): Returned {
  const { recipient, status, enhanced, to } = answer
  const heard = { status, enhanced, answer: scrub(answer.answer.slice(0, MOST_READ)) } // as delivery hears it
  const { class: kind, rule } = classifyRefusal(heard)
  return {
    recipient,
    class: kind ?? 'unknown',
    status: enhanced ?? (status === null ? null : String(status)),
    diagnostic: answer.answer,
    rule,
    answer: heard,
    to,
  }
}

const NO_FAILURE: Record<string, ReturnClass> = {
  delayed: 'delayed',
  delivered: 'not-a-report',
  relayed: 'not-a-report',
  expanded: 'not-a-report',
}

/** A server's answer in it counts, then the code that the report gives. */
export function fromStatus({ recipient, action, status, diagnostic }: DeliveryStatus): Returned {
  const [quoted] = diagnostic?.type === 'smtp' ? answersQuotedIn(diagnostic.text) : []
  const code = status?.endsWith('.0.0') ? null : status // which says no more than the first digit
  const answer = quoted ?? unquoted(status, diagnostic?.text)
  const read = fromAnswer({ ...answer, enhanced: answer.enhanced ?? code, recipient })
  // The words of a local program (x-unix, X-Notes) are no server's answer: they may speak of a user of its own.
  const isSure = quoted !== undefined || diagnostic === null
  const sure = read.class === 'dead' && !isSure ? { class: 'unknown' as const, rule: null } : {}
  const did = NO_FAILURE[action ?? '']
  return {
    ...read,
    ...sure,
    ...(did && { class: did, rule: null }),
    status: status ?? read.status,
    diagnostic: diagnostic?.text ?? null,
  }
}

/** Without a server's answer there is the enhanced code alone, and its first digit. */
const unquoted = (status: string | null, words = '') => ({
  status: status ? Number(`${status[0]}50`) : null,
  enhanced: status,
  answer: words,
  to: null,
})
