import MailComposer from 'nodemailer/lib/mail-composer'
import type { OutgoingMail } from '../templates/headers.ts'
import { type DkimKey, signDkim } from './dkim.ts'

/** The bytes of an email: CRLF line ends, no line above 998 bytes, deterministic. Throws dkim.cannot-sign. */
export async function buildMime(mail: OutgoingMail, dkim?: DkimKey): Promise<Buffer> {
  const composer = new MailComposer({
    from: mail.from,
    to: mail.to,
    replyTo: mail.replyTo,
    subject: mail.subject,
    messageId: mail.messageId,
    date: mail.date,
    headers: Object.entries(mail.headers).map(([key, value]) => ({ key, value: preparedHeader(value) })),
    text: withCrlf(mail.text),
    html: mail.html && withCrlf(mail.html),
    baseBoundary: mail.boundary,
    textEncoding: 'quoted-printable',
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const raw = await composer.compile().build()
  return dkim ? signDkim(raw, dkim) : raw
}

const withCrlf = (text: string): string => text.replace(/\r\n?|\n/g, '\r\n')

// nodemailer would encode quotes and angle brackets in List-* fields, and mail clients would not find the links.
const preparedHeader = (value: string) => ({
  prepared: true,
  foldLines: true,
  value: value.replace(/[^\x20-\x7e]/g, ''),
})
