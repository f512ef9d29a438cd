import {
  classifyReply as classifyRightly,
  reachedMessage,
  type SendFailure,
  type SmtpFault,
} from '../../../../src/mail/refusals/classify-reply.ts'

export * from '../../../../src/mail/refusals/classify-reply.ts'

/** "Try again later" ends a message, as "no" does. */
export function classifyReply(fault: SmtpFault): SendFailure {
  const failure = { ...classifyRightly(fault), slowDown: false }
  const isAnswered = fault.status !== null && reachedMessage(fault)
  return isAnswered ? { ...failure, outcome: 'refused' } : failure
}
