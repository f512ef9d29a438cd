import {
  classify as classifyRightly,
  type Failure,
  reachedMessage,
  type SmtpFault,
} from '../../../../src/mail/refusals/classify-answer.ts'

export * from '../../../../src/mail/refusals/classify-answer.ts'

/** "Try again later" ends a message, as "no" does. */
export function classify(fault: SmtpFault): Failure {
  const failure = { ...classifyRightly(fault), slowDown: false }
  const isAnswered = fault.status !== null && reachedMessage(fault)
  return isAnswered ? { ...failure, outcome: 'refused' } : failure
}
