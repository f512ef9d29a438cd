import { domainToASCII } from 'node:url'
import MailComposer from 'nodemailer/lib/mail-composer'
import type MimeNode from 'nodemailer/lib/mime-node'
import { dayOf } from '../../core/dates.ts'
import { Fault } from '../../core/errors.ts'
import type { MailKind, OperatorMailKind, RenderedEmail } from '../rendering/template.ts'
import { asciiLine, oneLine, truncateAtWord } from '../rendering/text.ts'
import { type DkimKey, signDkim } from './dkim.ts'

/** The bytes of an email: CRLF line ends, no line above 998 bytes, deterministic. Throws dkim.cannot-sign. */
export async function buildMime(mail: OutgoingMail, dkim?: DkimKey): Promise<Buffer> {
  const raw = await compileMime(mail).build()
  return dkim ? signDkim(raw, dkim) : raw
}

/** The email as nodemailer's tree of nodes. */
export const compileMime = (mail: OutgoingMail): MimeNode =>
  new MailComposer({
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
  }).compile()

const withCrlf = (text: string): string => text.replace(/\r\n?|\n/g, '\r\n')

// nodemailer would encode quotes and angle brackets in List-* fields, and mail clients would not find the links.
const preparedHeader = (value: string) => ({
  prepared: true,
  foldLines: true,
  value: value.replace(/[^\x20-\x7e]/g, ''),
})

export interface Sender {
  address: string
  name: string
  replyTo?: string
  siteName: string
}

export interface HeaderInput {
  kind: MailKind | OperatorMailKind
  id: string
  datedAt: Date
  toAddress: string
  /** Only digests, no-matches emails and welcomes are list mail and have this link. */
  unsubscribeUrl?: string
  /** A signed token that names the message, for reports that contain nothing else. Absent if no message is stored. */
  token?: string
  /** Set if we receive bounces; else the envelope sender is the From address. */
  returnAddresses?: ReturnAddresses
}

/** The message's own envelope sender (VERP), and the address that unsubscribes. */
interface ReturnAddresses {
  sender: string
  unsubscribe: string
}

/** The header field with the token of a message. */
const TOKEN_FIELD = 'X-Daily-Papers-Message'

const FEEDBACK_SENDER_LENGTH = 15
// A header line must not exceed 998 bytes, and a long word cannot be folded.
const MAX_NAME_LENGTH = 60

/** Adds envelope and header fields to an email. Throws message.bad-address. */
export function toOutgoingMail(message: HeaderInput, email: RenderedEmail, sender: Sender): OutgoingMail {
  const { kind, id, datedAt, returnAddresses } = message
  const to = plainAddress(message.toAddress, id)
  const domain = domainOf(sender.address)
  return {
    envelope: { from: returnAddresses?.sender ?? sender.address, to },
    from: { name: nameOf(sender), address: sender.address },
    to: { name: '', address: to },
    ...(sender.replyTo && { replyTo: { name: '', address: sender.replyTo } }),
    subject: email.subject,
    messageId: `<${kind}.${id}@${domain}>`,
    date: datedAt,
    boundary: id,
    headers: {
      ...(message.unsubscribeUrl && listHeaders(message.unsubscribeUrl, sender, returnAddresses)),
      'Feedback-ID': `${kind}:${dayOf(datedAt)}:daily-papers:${feedbackSender(domain)}`,
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      ...(message.token && { [TOKEN_FIELD]: message.token }),
    },
    text: email.text,
    html: email.html,
  }
}

function listHeaders(
  unsubscribeUrl: string,
  sender: Sender,
  returns: ReturnAddresses | undefined,
): Record<string, string> {
  const name = asciiLine(sender.siteName, MAX_NAME_LENGTH)
  const byMail = returns ? `, <mailto:${returns.unsubscribe}?subject=unsubscribe>` : ''
  return {
    'List-ID': `${name ? `"${name}" ` : ''}<daily.${domainOf(sender.address)}>`,
    'List-Unsubscribe': `<${new URL(unsubscribeUrl).href}>${byMail}`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  }
}

/** Breaks encoded words apart: nodemailer would pass them through, and a mail client would show another name. */
const nameOf = ({ name }: Sender): string =>
  truncateAtWord(oneLine(name.replaceAll('=?', '= ?')), MAX_NAME_LENGTH)

/** Its case is kept. */
export const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1)

/** The same for all emails of a site, five to fifteen characters, as mailbox providers require. */
const feedbackSender = (domain: string): string =>
  domain
    .replace(/[^a-z0-9]/gi, '')
    .slice(0, FEEDBACK_SENDER_LENGTH)
    .padEnd(5, '0')

// Excludes characters that could end the address or begin another one in a header field or an SMTP command.
const PLAIN = /^[^\s\p{C}()<>[\]\\,;:"@]+@[^\s\p{C}()<>[\]\\,;:"@]+$/u

/** The address with an ASCII domain. Throws message.bad-address. */
export function plainAddress(address: string, id: string): string {
  const domain = PLAIN.test(address) && domainToASCII(domainOf(address))
  if (!domain) throw new Fault('message.bad-address', { id })
  return address.slice(0, address.lastIndexOf('@') + 1) + domain
}

/** A whole email in plain data, the input of nodemailer. The same message always yields the same email. */
export interface OutgoingMail {
  /** Plain addresses with ASCII domains. */
  envelope: { from: string; to: string }
  from: Mailbox
  to: Mailbox
  replyTo?: Mailbox
  subject: string
  /** With its angle brackets. */
  messageId: string
  date: Date
  /** Part of the MIME boundaries. */
  boundary: string
  /** All other fields, each once, in ASCII. */
  headers: Record<string, string>
  text: string
  html?: string
}

/** Never a string such as "Name <address>": that would be parsed, and may contain several addresses. */
interface Mailbox {
  name: string
  address: string
}
