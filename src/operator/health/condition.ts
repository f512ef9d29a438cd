import { dayOf, MINUTE_MS } from '../../core/dates.ts'
import { shortDate, weekdayDate } from '../../i18n/dates.ts'
import type { words } from '../../i18n/words.ts'
import type { HealthFacts } from './facts.ts'

/** Something that may be wrong with the service. Headline, /status, doctor and alerts all read it from here. */
export interface Condition {
  /** Also the name of its line in `doctor`. */
  name: string
  /** wrong: does not work. warning: works in part, or waits for the operator on purpose. */
  state: 'wrong' | 'warning'
  /** One finding for each thing that is wrong; none if the condition does not hold. */
  check(facts: HealthFacts): Finding[]
  /** What is wrong, for the operator, with value and time. Names no subscriber. */
  sentence(finding: Finding, facts: HealthFacts): string
  /** The command to run or the setting to change. */
  fix(finding: Finding): string
  /** The admin page that shows more. */
  path(finding: Finding): string
  /** The sentence on /status; null if visitors notice nothing. */
  notice(finding: Finding, facts: HealthFacts): PublicNotice | null
  /** How long it has to last before an alert is emailed; absent: no email is sent. */
  alertAfterMs?: number
}

declare module '../../core/feature.ts' {
  interface Feature {
    /** What may be wrong with it. */
    conditions?(): Promise<readonly Condition[]>
  }
}

/** Names a sentence of `words.status.problems`, which names no person, server or reason. */
export type PublicNotice = keyof typeof words.status.problems

export type FindingValues = Record<string, string | number | null>

export interface Finding {
  /** Constant for as long as it lasts. */
  key: string
  since: Date
  values: FindingValues
}

export const AT_ONCE = 0
/** A mail server that restarts, or a job that fails once, recovers by itself. */
export const RECOVERY_MS = 15 * MINUTE_MS

/** The key names when it began. */
export const findingSince = (name: string, since: Date, values: FindingValues): Finding => ({
  key: `${name} ${since.toISOString()}`,
  since,
  values: { ...values, since: since.toISOString() },
})

/** "Tue 24 Nov 08:15 UTC" */
export const shortInstant = (at: Date): string =>
  `${weekdayDate(dayOf(at))} ${at.toISOString().slice(11, 16)} UTC`

/** "16:49 UTC"; with the date if it is not that of `now`: "23 Nov, 16:49 UTC". */
export function timeSeenFrom(now: Date, at: Date): string {
  const time = `${at.toISOString().slice(11, 16)} UTC`
  return dayOf(at) === dayOf(now) ? time : `${shortDate(dayOf(at))}, ${time}`
}
