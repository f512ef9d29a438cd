import type { Compose } from '../../../src/mail/message.ts'

/** A small email whose bytes depend only on its message: they are the same at every try. */
export const plainMail: Compose = async ({ id, toAddress, datedAt }) => ({
  from: 'papers@site.example',
  to: toAddress,
  raw: Buffer.from(
    `Message-ID: <${id}@site.example>\r\nDate: ${datedAt.toUTCString()}\r\nTo: ${toAddress}\r\n\r\nPapers of the day.\r\n`,
  ),
})
