import {
  classifyReply as classifyRightly,
  reachedMessage,
  type SendFailure,
  type SmtpFault,
} from '../../../../src/mail/refusals/classify-reply.ts'

export * from '../../../../src/mail/refusals/classify-reply.ts'

/** A temporary refusal ends a message, as a permanent one does. */
export function classifyReply(fault: SmtpFault): SendFailure {
  const failure = { ...classifyRightly(fault), slowDown: false }
  const isAnswered = fault.status !== null && reachedMessage(fault)
  return isAnswered ? { ...failure, outcome: 'refused' } : failure
}
