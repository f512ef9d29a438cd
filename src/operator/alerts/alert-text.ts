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
