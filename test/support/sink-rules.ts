import type { Behaviour } from './sink-acts.ts'

export type Step = 'greeting' | 'ehlo' | 'helo' | 'starttls' | 'mail' | 'rcpt' | 'data' | 'dot' | 'rset'

/** What the sink does at a step, and to whom. */
export interface SinkRule {
  step: Step
  does: Behaviour
  /** Only for recipients of this domain, and only at steps that have a recipient: rcpt, data, dot. */
  domain?: string
  /** Recipients that begin so: as with a domain. */
  to?: string
  /** Only for emails from this address. */
  from?: string
  /** The first so many times that it fits. */
  first?: number
  /** The first so many times for each recipient. */
  firstOfEach?: number
  /** Beyond so many a second. */
  beyondPerSecond?: number
}

interface Envelope {
  from: string
  to: string
}

export type Ruled = (step: Step, envelope: Envelope) => Behaviour | undefined

interface Counted {
  rule: SinkRule
  times: number
  each: Map<string, number>
  recent: number[]
}

/** What the first rule says that fits; each keeps its own counts. */
export function followRules(rules: SinkRule[]): Ruled {
  const counted: Counted[] = rules.map((rule) => ({ rule, times: 0, each: new Map(), recent: [] }))
  return (step, envelope) =>
    counted.find((one) => one.rule.step === step && isAbout(one.rule, envelope) && counts(one, envelope.to))
      ?.rule.does
}

const isAbout = ({ domain, to = '', from }: SinkRule, envelope: Envelope): boolean =>
  (domain === undefined || envelope.to.endsWith(`@${domain}`)) &&
  envelope.to.startsWith(to) &&
  (from === undefined || envelope.from === from)

function counts(one: Counted, recipient: string): boolean {
  const { first, firstOfEach, beyondPerSecond } = one.rule
  const before = one.each.get(recipient) ?? 0
  if (first !== undefined && one.times >= first) return false
  if (firstOfEach !== undefined && before >= firstOfEach) return false
  if (beyondPerSecond !== undefined) {
    const now = performance.now()
    one.recent = one.recent.filter((at) => at > now - 1000)
    if (one.recent.length < beyondPerSecond) {
      one.recent.push(now)
      return false
    }
  }
  one.times++
  one.each.set(recipient, before + 1)
  return true
}

/** Milliseconds until the next email may be accepted, at a number of emails a second. */
export function delays(mailsPerSecond: number | undefined): () => number {
  if (!mailsPerSecond) return () => 0
  let next = 0
  return () => {
    const now = performance.now()
    const start = Math.max(now, next)
    next = start + 1000 / mailsPerSecond
    return start - now
  }
}
