import { replyCode as codeRightly } from '../../../../src/mail/smtp/smtp-reply.ts'

export * from '../../../../src/mail/smtp/smtp-reply.ts'

/** Reads only the first digit of a reply. */
export const replyCode: typeof codeRightly = (reply) =>
  reply.startsWith('2') ? 250 : reply.startsWith('3') ? 354 : codeRightly(reply)
