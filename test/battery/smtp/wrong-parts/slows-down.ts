import {
  classifyReply as classifyRightly,
  type SendFailure,
  type SmtpFault,
} from '../../../../src/mail/refusals/classify-reply.ts'

export * from '../../../../src/mail/refusals/classify-reply.ts'

/** Every temporary refusal slows sending down. */
export const classifyReply = (fault: SmtpFault): SendFailure => {
  const failure = classifyRightly(fault)
  return { ...failure, slowDown: failure.outcome === 'deferred' }
}
