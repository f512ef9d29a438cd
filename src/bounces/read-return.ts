import { type DeliveryStatus, deliveryStatusIn } from './delivery-status.ts'
import { answersIn, answersQuotedIn } from './quoted-answers.ts'
import { fromAnswer, fromStatus, only, type Returned } from './returned.ts'

export interface Read {
  /** A whole mail, such as a report; else answers alone. */
  isMail: boolean
  returned: Returned[]
}

/** A text of answers, one to a line, or a whole mail: then its delivery-status part, else the answers that it quotes. */
export function readReturn(text: string): Read {
  const lines = text.replace(/\r\n?/g, '\n')
  if (!isMail(lines)) return { isMail: false, returned: answersIn(lines).map(fromAnswer) }
  const isQuoted = /^content-transfer-encoding:\s*quoted-printable/im.test(lines)
  return { isMail: true, returned: readMail(isQuoted ? lines.replace(/=\n/g, '') : lines) }
}

function readMail(mail: string): Returned[] {
  if (/\breport-type="?feedback-report/i.test(headOf(mail))) return [only('complaint')]
  const own = ownWords(mail)
  const groups = deliveryStatusIn(statusPartOf(mail) ?? own)
  const quoted = answersQuotedIn(own)
  if (groups.some(tellsWhy) || (groups.length > 0 && quoted.length === 0)) return groups.map(fromStatus)
  return quoted.length > 0 ? quoted.map(fromAnswer) : [only(kindOf(mail))]
}

const HEADER =
  /^(?:received|return-path|from|to|date|subject|message-id|mime-version|content-type|delivered-to|x-[\w-]+):/im

const headOf = (text: string): string => text.trimStart().split('\n\n', 1)[0]!
const isMail = (text: string): boolean =>
  /^(?:[\w-]+:|From )/.test(text.trimStart()) && HEADER.test(headOf(text))

/** Of a mail that says nothing of a recipient. */
function kindOf(mail: string): Returned['class'] {
  const head = headOf(mail)
  if (/\bmultipart\/report\b|^from:.*\b(?:mailer-daemon|postmaster)\b/im.test(head)) return 'unknown'
  return /^auto-submitted:\s*auto-replied/im.test(head) ? 'auto-reply' : 'not-a-report'
}

const tellsWhy = ({ action, status, diagnostic }: DeliveryStatus): boolean =>
  diagnostic !== null || action === 'delayed' || status?.endsWith('.0.0') === false

const statusPartOf = (mail: string): string | undefined =>
  mail.split(/^content-type:\s*message\/(?:global-)?delivery-status/im)[1]?.split(/^--/m, 1)[0]

/** What the reporting server wrote, without the head and without the mail that it sends back. */
const ownWords = (mail: string): string =>
  mail
    .slice(headOf(mail).length)
    .split(
      /^content-type:\s*(?:message\/rfc822|text\/rfc822-headers)|^-{2,} ?(?:this is a copy|below this line|original message|included is|the header|returned)/im,
      1,
    )[0]!
