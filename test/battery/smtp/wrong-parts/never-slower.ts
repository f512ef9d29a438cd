import {
  classifyReply as classifyRightly,
  type SendFailure,
  type SmtpFault,
} from '../../../../src/mail/refusals/classify-reply.ts'

export * from '../../../../src/mail/refusals/classify-reply.ts'

/** Nobody asks for less: where thousands of 421 are answered, a row that is not about pace would take hours. */
export const classifyReply = (fault: SmtpFault): SendFailure => ({
  ...classifyRightly(fault),
  slowDown: false,
})
