import { domainToASCII } from 'node:url'
import { dayOf } from '../../core/dates.ts'
import { Fault } from '../../core/errors.ts'
import type { MailKind, OperatorMailKind } from './mail-kind.ts'
import { asciiLine, oneLine, truncateAtWord } from './one-line.ts'
import type { OutgoingMail } from './outgoing-mail.ts'
import type { RenderedEmail } from './rendered-email.ts'

/** Who sends: from the settings. */
export interface Sender {
  address: string
  name: string
  replyTo?: string
  siteName: string
}

/** What the row of a message says about its mail. */
export interface HeaderInput {
  kind: MailKind | OperatorMailKind
  id: string
  datedAt: Date
  toAddress: string
  /** Of a digest, a note and a welcome, which alone are mailed to a list. */
  unsubscribeUrl?: string
  /** Names the message, signed: for reports that hold nothing else of it. Not of a mail without a row. */
  token?: string
  /** Where something takes in what comes back; else the envelope sender is who the mail is from. */
  returnAddresses?: ReturnAddresses
}

/** The message's own envelope sender (VERP), and where to mail to end the subscription. */
interface ReturnAddresses {
  sender: string
  unsubscribe: string
}

/** The field that holds the token of a message. */
const TOKEN_FIELD = 'X-Daily-Papers-Message'

const FEEDBACK_SENDER_LENGTH = 15
// A header line above 998 bytes is against the standard, and a word in one cannot be folded.
const MAX_NAME_LENGTH = 60

/** Puts an envelope and header fields to a mail. Throws message.bad-address. */
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

/** An encoded word would pass through the library as it is, and say something else than it seems to. */
const nameOf = ({ name }: Sender): string =>
  truncateAtWord(oneLine(name.replaceAll('=?', '= ?')), MAX_NAME_LENGTH)

const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1)

/** The same for every mail of a site, five to fifteen characters, as mailbox providers want it. */
const feedbackSender = (domain: string): string =>
  domain
    .replace(/[^a-z0-9]/gi, '')
    .slice(0, FEEDBACK_SENDER_LENGTH)
    .padEnd(5, '0')

// Nothing that could end the address, or begin another one, in a header field or an SMTP command.
const PLAIN = /^[^\s\p{C}()<>[\]\\,;:"@]+@[^\s\p{C}()<>[\]\\,;:"@]+$/u

function plainAddress(address: string, id: string): string {
  const domain = PLAIN.test(address) && domainToASCII(domainOf(address))
  if (!domain) throw new Fault('message.bad-address', { id })
  return address.slice(0, address.lastIndexOf('@') + 1) + domain
}
