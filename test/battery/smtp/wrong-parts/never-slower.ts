import {
  classifyReply as classifyRightly,
  type SendFailure,
  type SmtpFault,
} from '../../../../src/mail/refusals/classify-reply.ts'

export * from '../../../../src/mail/refusals/classify-reply.ts'

/** No reply slows sending down: with thousands of 421, a row that is not about rates would take hours. */
export const classifyReply = (fault: SmtpFault): SendFailure => ({
  ...classifyRightly(fault),
  slowDown: false,
})
