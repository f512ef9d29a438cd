import { dayOf } from '../../core/dates.ts'
import { weekdayDate } from '../../i18n/dates.ts'

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
export const RESUME_COMMAND: NextStep = ['delivery resume', 'resumes sending, once it is fixed']
export const BOUNCES_TRY_COMMAND: NextStep = ['bounces try FILE', 'what an SMTP reply means']
export const SOURCES_COMMAND: NextStep = ['sources status', 'each day of each source, the next fetch']

/** "Tue 24 Nov 08:15 UTC", from ISO 8601. */
export function alertTime(instant: string | number | null | undefined): string {
  const text = String(instant)
  return `${weekdayDate(dayOf(new Date(text)))} ${text.slice(11, 16)} UTC`
}
