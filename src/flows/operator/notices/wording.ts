/** A notice in words: what happened, what it means for subscribers, what to run next. */
export interface Wording {
  subject: string
  facts: string[]
  meaning: string
  /** Commands, each with what it shows. */
  next: NextStep[]
}

type NextStep = [command: string, shows: string]

export const STATUS: NextStep = ['delivery status', 'whether mail goes out, and what waits']
export const DOCTOR: NextStep = ['doctor', 'asks the mail server, says what to mend']
export const RESUME: NextStep = ['delivery resume', 'hands mail over again, once it is mended']
export const TRY: NextStep = ['bounces try FILE', 'what an answer of a mail server means, by our rules']
export const SOURCES: NextStep = ['sources status', 'each day of each source, and the next try']
