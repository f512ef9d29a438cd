import {
  classify as classifyRightly,
  type Failure,
  type SmtpFault,
} from '../../../../src/mail/refusals/classify-answer.ts'

export * from '../../../../src/mail/refusals/classify-answer.ts'

/** Nobody asks for less: where thousands of 421 are answered, a row that is not about pace would take hours. */
export const classify = (fault: SmtpFault): Failure => ({ ...classifyRightly(fault), slowDown: false })
