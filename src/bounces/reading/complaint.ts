import { headerOf, type ParsedMail } from '../mail/parsed-mail.ts'
import { findAddresses } from './address.ts'
import { type BounceClass, bareBounce, type ParsedBounce } from './parsed-bounce.ts'
import type { SplitReport } from './split-report.ts'

const OF_TYPE: Record<string, BounceClass> = {
  'not-spam': 'not-a-report',
  'auth-failure': 'ours',
  dmarc: 'ours',
  'opt-out': 'unsubscribe',
  'opt-out-list': 'unsubscribe',
}

/** Types of report that name the reader. */
const OF_READERS: BounceClass[] = ['complaint', 'unsubscribe']

/**
 * Reads a feedback report (RFC 5965, RFC 6591, and the formats of mailbox providers that deviate): one entry per reader
 * who complains or unsubscribes, with a null recipient if the report names none. Returns null if the email is no such
 * report.
 */
export function parseComplaint(mail: ParsedMail, divided: SplitReport): ParsedBounce[] | null {
  const fields = feedbackFields(mail, divided)
  if (fields === null) return null
  const isOfApple = headerOf(mail.headers, 'x-apple-unsubscribe') === 'true'
  const type = fieldsNamed(fields, 'feedback-type')[0]?.toLowerCase() ?? (isOfApple ? 'opt-out' : 'abuse')
  const kind = OF_TYPE[type] ?? 'complaint'
  const recipients = OF_READERS.includes(kind) ? readersIn(mail, divided, fields) : []
  return recipients.length > 0 ? recipients.map((one) => bareBounce(kind, one)) : [bareBounce(kind)]
}

const SUBJECT = /^complaint about message from|^(?:e-?mail )?(?:abuse|spam) (?:report|complaint)/i

/** The fields of the report; "" for a report without fields; null if the email is no report. */
function feedbackFields(mail: ParsedMail, { own, feedback, copyHeaders }: SplitReport): string | null {
  if (feedback) return feedback
  const header = (name: string) => headerOf(mail.headers, name)
  if (/\breport-type="?feedback-report/i.test(header('content-type'))) return own
  if (/^feedback-type:[ \t]*\S/im.test(own)) return own
  const isOfMicrosoft = [...mail.headers, ...copyHeaders].some(
    ({ name }) => name === 'x-hmxmroriginalrecipient',
  )
  if (isOfMicrosoft || header('x-apple-unsubscribe') === 'true') return ''
  const isOfCompany = /\bstaff@hotmail\.com|\bcomplaints@email-abuse\.|\bscomp@aol\./i.test(header('from'))
  return isOfCompany && SUBJECT.test(header('subject')) ? '' : null
}

const fieldsNamed = (fields: string, name: string): string[] =>
  [...fields.matchAll(new RegExp(`^${name}:[ \\t]*(.+)$`, 'gim'))].map(([, value = '']) => value.trim())

function readersIn(mail: ParsedMail, { copyHeaders }: SplitReport, fields: string): string[] {
  const headers = [...mail.headers, ...copyHeaders]
  const strategies = [
    () => fieldsNamed(fields, 'original-rcpt-to'),
    () => fieldsNamed(fields, 'removal-recipient'),
    () => headers.filter(({ name }) => name === 'x-hmxmroriginalrecipient').map(({ value }) => value),
    () => copyHeaders.filter(({ name }) => name === 'to').map(({ value }) => value),
  ]
  for (const strategy of strategies) {
    const addresses = strategy()
      .flatMap(findAddresses)
      .filter((address) => !isRedacted(address))
    if (addresses.length > 0) return [...new Map(addresses.map((one) => [one.toLowerCase(), one])).values()]
  }
  return []
}

/** "redacted@…", or a hash as the local part: not a real address. */
const isRedacted = (address: string): boolean =>
  /^(?:redacted|hidden|removed|x{3,}|\*+|undisclosed)\b/i.test(address) || /^[\da-f]{32,}@/i.test(address)
