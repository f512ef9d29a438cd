import { domainToASCII } from 'node:url'
import MailComposer, { type MailComposerOptions } from 'nodemailer/lib/mail-composer'
import type MimeNode from 'nodemailer/lib/mime-node'
import { dayOf } from '../../core/dates.ts'
import { Fault } from '../../core/errors.ts'
import { memoize } from '../../core/memoize.ts'
import type { MailKind, OperatorMailKind, RenderedEmail } from '../rendering/template.ts'
import { asciiLine, oneLine, truncateAtWord } from '../rendering/text.ts'
import { type DkimKey, signDkim } from './dkim.ts'
import { type HeaderData, joinHeader, TOKEN_FIELD, UNSUBSCRIBE_FIELD } from './join-header.ts'

/** The bytes of an email: CRLF line ends, no line above 998 bytes, deterministic. Throws dkim.cannot-sign. */
export async function buildMime(mail: OutgoingMail, dkim?: DkimKey): Promise<Buffer> {
  const raw = mail.html === undefined ? await plainText(mail) : joinMime(mail, mail.html)
  return dkim ? signDkim(raw, dkim) : raw
}

const plainText = (mail: OutgoingMail): Promise<Buffer> =>
  composed(mail, { text: mail.text.replace(/\r\n?|\n/g, '\r\n') }).build()

/**
 * The bytes of an email with an HTML part: what nodemailer's `build` would return. nodemailer leaves a part as it is only
 * if it is `raw` and has its own header fields, and its streams take more time than all else.
 */
export function joinMime(mail: OutgoingMail, html: string): Buffer {
  // An address may have letters beyond ASCII. All else is ASCII, which Node writes ten times faster as latin1.
  const header = Buffer.from(joinHeader(mail, composeHeader)).toString('latin1')
  const between = `\r\n--${/^Content-Type: .*\r?\n? boundary="(.+)"/m.exec(header)![1]}`
  const text = `${fieldsOf('text/plain', 'quoted-printable')}${quotedPrintable(mail.text)}`
  const parts = `${between}\r\n${text}${between}\r\n${fieldsOf('text/html', '7bit')}${html}${between}--\r\n`
  return Buffer.from(`${header}\r\n${parts}`, 'latin1')
}

const fieldsOf = (type: string, encoding: string): string =>
  `Content-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n`

const composeHeader = (mail: HeaderData): string =>
  composed(mail, { text: { raw: 'text' }, html: { raw: 'html' } }).buildHeaders()

/** The email as nodemailer's tree of nodes. */
const composed = (mail: HeaderData, parts: Pick<MailComposerOptions, 'text' | 'html'>): MimeNode =>
  new MailComposer({
    ...parts,
    from: mail.from,
    to: mail.to,
    replyTo: mail.replyTo,
    subject: mail.subject,
    messageId: mail.messageId,
    date: mail.date,
    headers: Object.entries(mail.headers).map(([key, value]) => ({ key, value: preparedHeader(value) })),
    baseBoundary: mail.boundary,
    disableFileAccess: true,
    disableUrlAccess: true,
  }).compile()

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
    [UNSUBSCRIBE_FIELD]: `<${new URL(unsubscribeUrl).href}>${byMail}`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  }
}

/** Breaks encoded words apart: nodemailer would pass them through, and a mail client would show another name. */
const nameOf = ({ name }: Sender): string =>
  truncateAtWord(oneLine(name.replaceAll('=?', '= ?')), MAX_NAME_LENGTH)

/** Its case is kept. */
export const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1)

/** What names the site in Feedback-ID: five to fifteen characters, as mailbox providers require. */
const feedbackSender = (domain: string): string =>
  domain
    .replace(/[^a-z0-9]/gi, '')
    .slice(0, FEEDBACK_SENDER_LENGTH)
    .padEnd(5, '0')

// Excludes characters that could end the address or begin another one in a header field or an SMTP command.
const PLAIN = /^[^\s\p{C}()<>[\]\\,;:"@]+@[^\s\p{C}()<>[\]\\,;:"@]+$/u

/** The address with an ASCII domain. Throws message.bad-address. */
function plainAddress(address: string, id: string): string {
  const domain = PLAIN.test(address) && domainToASCII(domainOf(address))
  if (!domain) throw new Fault('message.bad-address', { id })
  return address.slice(0, address.lastIndexOf('@') + 1) + domain
}

/** A whole email in plain data. The same message always yields the same email. */
export interface OutgoingMail extends HeaderData {
  /** Plain addresses with ASCII domains. */
  envelope: { from: string; to: string }
  text: string
  /** ASCII with CRLF and no line above 998 bytes: it is not encoded. */
  html?: string
}

const MAX_LINE_LENGTH = 76
const TO_ENCODE = /[^\n -<>-~]+/g
/** Parts of a long line, with room for "=". None ends within an encoded byte. */
const PARTS = /.{1,75}(?<!=.?)/g

/** Text as quoted-printable in UTF-8 (RFC 2045, 6.7), in lines of up to 76 characters that end with CRLF. */
export const quotedPrintable = (text: string): string =>
  text
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(TO_ENCODE, encoded)
    .split('\n')
    .map(foldedLine)
    .join('\r\n')

// A text has the same few characters again and again.
const encoded = memoize((text: string): string => encodeURIComponent(text).replaceAll('%', '='), 1000)

function foldedLine(line: string): string {
  const safe = line.endsWith(' ') ? `${line.slice(0, -1)}=20` : line
  return safe.length > MAX_LINE_LENGTH ? safe.match(PARTS)!.join('=\r\n') : safe
}
