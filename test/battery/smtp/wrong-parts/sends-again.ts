import {
  classifyReply as classifyRightly,
  type SendFailure,
  type SmtpFault,
} from '../../../../src/mail/refusals/classify-reply.ts'

export * from '../../../../src/mail/refusals/classify-reply.ts'

/** An email without a reply is sent again like one that was deferred. */
export function classifyReply(fault: SmtpFault): SendFailure {
  const failure = classifyRightly(fault)
  return failure.outcome === 'uncertain' ? { ...failure, outcome: 'deferred' } : failure
}
