import { dayOf, MINUTE_MS } from '../../core/dates.ts'
import { shortDate, weekdayDate } from '../../i18n/dates.ts'
import type { words } from '../../i18n/words.ts'
import type { AlertValues } from '../alerts/alert.repo.ts'
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
  notice(finding: Finding): PublicNotice | null
  /** The alert by email; without it, no email is sent. */
  alert?: ConditionAlert
}

/** Names a sentence of `words.status.problems`, which names no person, server or reason. */
export type PublicNotice = keyof typeof words.status.problems

export interface Finding {
  /** Constant for as long as it lasts. */
  key: string
  since: Date
  /** Stored with the alert, whose text is written from them. */
  values: AlertValues
}

interface ConditionAlert {
  kind: string
  /** The values of `what` that belong to this condition; undefined: all that no other condition of the kind has. */
  what?: readonly string[]
  /** How long it has to last, for what often recovers by itself; 0 by default. */
  afterMs?: number
  text(values: AlertValues): AlertText
}

/** An alert as text: what happened, what it means for subscribers, what to run next. */
export interface AlertText {
  subject: string
  facts: string[]
  impact: string
  /** Commands, each with what it shows. */
  nextSteps: NextStep[]
}

type NextStep = [command: string, shows: string]

export const STATUS_COMMAND: NextStep = ['delivery status', 'what is being sent and what is queued']
export const DOCTOR_COMMAND: NextStep = ['doctor', 'checks the mail server, shows the fix']
export const SOURCES_COMMAND: NextStep = ['sources status', 'each day of each source, the next fetch']
export const RESUME_COMMAND: NextStep = ['delivery resume', 'resumes sending, once it is fixed']
export const BOUNCES_TRY_COMMAND: NextStep = ['bounces try FILE', 'what an SMTP reply means']

/** A mail server that restarts, or a job that fails once, recovers by itself. */
export const RECOVERY_MS = 15 * MINUTE_MS

/** The key names when it began. */
export const findingSince = (name: string, since: Date, values: AlertValues): Finding => ({
  key: `${name} ${since.toISOString()}`,
  since,
  values: { ...values, since: since.toISOString() },
})

/** "Tue 24 Nov 08:15 UTC", from ISO 8601. */
export function alertTime(instant: AlertValues[string] | undefined): string {
  const text = String(instant)
  return `${weekdayDate(dayOf(new Date(text)))} ${text.slice(11, 16)} UTC`
}

/** "16:49 UTC"; with the date if it is not that of `now`: "23 Nov, 16:49 UTC". */
export function timeSeenFrom(now: Date, at: Date): string {
  const time = `${at.toISOString().slice(11, 16)} UTC`
  return dayOf(at) === dayOf(now) ? time : `${shortDate(dayOf(at))}, ${time}`
}
