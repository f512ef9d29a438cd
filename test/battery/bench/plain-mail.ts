import type { Compose } from '../../../src/mail/message.ts'

/** A small mail that is a function of its message alone: every try has the same bytes. */
export const plainMail: Compose = async ({ id, toAddress, datedAt }) => ({
  from: 'papers@site.example',
  to: toAddress,
  raw: Buffer.from(
    `Message-ID: <${id}@site.example>\r\nDate: ${datedAt.toUTCString()}\r\nTo: ${toAddress}\r\n\r\nPapers of the day.\r\n`,
  ),
})
