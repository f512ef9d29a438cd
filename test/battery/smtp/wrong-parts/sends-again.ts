import {
  classifyReply as classifyRightly,
  type SendFailure,
  type SmtpFault,
} from '../../../../src/mail/refusals/classify-reply.ts'

export * from '../../../../src/mail/refusals/classify-reply.ts'

/** An email whose answer never came is one more that did not go. */
export function classifyReply(fault: SmtpFault): SendFailure {
  const failure = classifyRightly(fault)
  return failure.outcome === 'uncertain' ? { ...failure, outcome: 'deferred' } : failure
}
