import { ImportFault } from './import-fault.ts'
import { type ImportFile, readRecords } from './import-file.ts'

/**
 * Columns that say who left or never confirmed, without blanks and underscores, as the exports of Mailchimp, Ghost,
 * Substack, Buttondown, Sendy, Keila, listmonk, Kit, MailerLite and Brevo name them.
 */
const LEAVING_NAMES = [
  /unsub|opt(ed)?out|donot(e?mail|contact)/, // UNSUB_TIME, Unsubscribed, unsubscription_date, Do Not Email
  /abgemeldet|ausgetragen|d[ée]s(inscri|abonn)|dadodebaja|fechadebaja|disiscri|descadastr/, // German, French, Spanish, …
  /^clean/, // CLEAN_TIME
  /^subscribedtoemails$|disabled$/, // Ghost; email_disabled
  /^status$/, // Sendy, Keila, listmonk
  /blocked|blocklist|blacklist|churn|undeliver|complain/,
  /^(is|date)?(left|stopped|suspended|expired|deleted|removed|cancell?ed|archived|(hard)?bounced?|suppressed)(at|on|time|date|fromlist)?$/,
  /^cancel(date|time)$/,
]

/** In these, "no" says that someone did not join, or left: DOUBLE_OPT-IN, Newsletter, receives_emails. */
const JOINING_NAME =
  /subscri|newsletter|consent|opt(ed)?in|receives|^accepts|^(is)?(active|enabled|confirmed|verified)$/
const NO = ['no', 'n', 'false', 'f', '0', 'nein', 'non', 'não']
/** In any other column that we do not know, these may say it: Spam, Inactive, member. */
const YES_OR_NO = ['yes', 'no', 'true', 'false', 'ja', 'nein', 'oui', 'non', 'sí', 'si', 'sim', 'não']

/** In these, any value that does not say that someone joined says that they left: programs use words of their own. */
const STATUS_NAME = /^(subscri\w*|member(ship)?|contact|email\w*|newsletter|list)(status|state)$/
const JOINED_VALUES = new Set(
  'active subscribed enabled confirmed verified valid optin optedin yes true 1'.split(' '),
)

/** What exports write into columns such as type or order_status, without blanks and hyphens. */
const LEAVING_VALUES = new Set(
  `unsubscribe unsubscribed optout optedout cancelled canceled churned removed deleted archived disabled inactive
   bounce bounced hardbounce hardbounced softbounced cleaned undeliverable unreachable
   complaint complained spam markedasspam reportedspam blocked blocklisted blacklisted suppressed
   pending unconfirmed notconfirmed unactivated nonsubscribed notsubscribed neversubscribed`.split(/\s+/),
)
const MAX_VALUE_LENGTH = 20

export interface UnreadColumn {
  index: number
  /** As in the file. */
  title: string
}

/** Throws import.who-left if the name of one says who left: ignored, people who left elsewhere would become active. */
export function requireNoLeavingName(unread: readonly UnreadColumn[]): void {
  const leaving = unread.find(({ title }) => LEAVING_NAMES.some((pattern) => pattern.test(lettersOf(title))))
  if (leaving) throw whoLeft(leaving, '')
}

/** Reads the whole file. Throws import.who-left if a cell of one of these columns says that someone left. */
export async function requireNoOneLeft(file: ImportFile, unread: readonly UnreadColumn[]): Promise<void> {
  if (unread.length === 0) return
  const columns = unread.map((column) => ({ ...column, name: lettersOf(column.title) }))
  for await (const { cells, line } of readRecords(file)) {
    const column = cells && columns.find(({ index, name }) => saysLeft(name, cells[index] ?? ''))
    if (column) throw whoLeft(column, ` (line ${line}: "${cells[column.index]!.trim()}")`)
  }
}

function saysLeft(name: string, cell: string): boolean {
  const value = lettersOf(cell)
  if (STATUS_NAME.test(name)) return value !== '' && !JOINED_VALUES.has(value)
  if (cell.length > MAX_VALUE_LENGTH) return false
  return LEAVING_VALUES.has(value) || (JOINING_NAME.test(name) ? NO : YES_OR_NO).includes(value)
}

const lettersOf = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')

const whoLeft = ({ title }: UnreadColumn, where: string): ImportFault =>
  new ImportFault('import.who-left', { column: title.slice(0, 60), where })
