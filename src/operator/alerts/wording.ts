/** A notice in words: what happened, what it means for subscribers, what to run next. */
export interface Wording {
  subject: string
  facts: string[]
  meaning: string
  /** Commands, each with what it shows. */
  next: NextStep[]
}

type NextStep = [command: string, shows: string]

export const STATUS: NextStep = ['delivery status', 'what is being sent and what is queued']
export const DOCTOR: NextStep = ['doctor', 'checks the mail server, shows the fix']
export const RESUME: NextStep = ['delivery resume', 'resumes sending, once it is fixed']
export const TRY: NextStep = ['bounces try FILE', 'what an SMTP reply means']
export const SOURCES: NextStep = ['sources status', 'each day of each source, the next fetch']
