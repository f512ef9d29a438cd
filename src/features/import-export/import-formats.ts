import { ImportFault } from './import-fault.ts'
import { isNever } from './import-instant.ts'
import { SUBSCRIBER_COLUMNS, SUPPRESSION_COLUMNS, type SubscriberColumn } from './subscriber-columns.ts'

/** A row of a file, by column name. */
export type Cells = Record<string, string | undefined>

/** A row in our own columns. */
export type ImportCells = Partial<Record<SubscriberColumn, string>>

export type ListmonkStatus = 'confirmed' | 'unconfirmed' | 'unsubscribed'
export const LISTMONK_STATUSES: readonly ListmonkStatus[] = ['confirmed', 'unconfirmed', 'unsubscribed']

interface FormatDefinition {
  /** A file is of this format if its header has all columns of one of these texts. */
  marks: readonly string[]
  /** The columns that are read, or known not to say who left. The first is required. */
  columns: string
  /** Converts a row to our columns. `subscription` is the status by which a listmonk file was exported. Throws import.state. */
  read(cells: Cells, subscription: ListmonkStatus | undefined): ImportCells
}

/**
 * The files that an import reads, in the order in which a header is compared with them. Names of columns are those of
 * `columnName`. An unknown value of a state is refused. Our own has no marks: it is read if no other one fits, since in
 * an export of a program, State may be a part of the address, and Topics a field of the list.
 */
export const FILE_FORMATS = {
  suppressions: {
    marks: ['address_hash'],
    columns: SUPPRESSION_COLUMNS.join(' '),
    read: (cells) => cells,
  },
  listmonk: {
    marks: ['uuid attributes status', 'status subscription_status'],
    columns: 'email status attributes created_at updated_at subscription_status confirmed_at optin_ip lists',
    read: fromListmonk,
  },
  keila: {
    marks: ['first_name last_name data status', 'status double_opt_in_at'],
    columns: 'email status data double_opt_in_at inserted_at updated_at',
    read: fromKeila,
  },
  mailchimp: {
    marks: ['confirm_time', 'optin_time', 'unsub_time', 'clean_time'],
    columns: `email optin_time optin_ip confirm_time confirm_ip unsub_time unsub_campaign_title unsub_campaign_id
      unsub_reason unsub_reason_other clean_time clean_campaign_title clean_campaign_id`,
    read: fromMailchimp,
  },
  ghost: {
    marks: ['subscribed_to_emails'],
    columns: 'email subscribed_to_emails complimentary_plan created_at deleted_at',
    read: fromGhost,
  },
  substack: {
    marks: ['email_disabled'],
    columns: 'email email_disabled active_subscription created_at',
    read: ({ email, email_disabled, created_at }) => ({
      email,
      created_at,
      ...meaningOf(IS_DISABLED, email_disabled),
    }),
  },
  buttondown: {
    marks: ['type creation_date'],
    columns: `email type creation_date churn_date unsubscription_date unsubscription_reason undeliverability_date
      undeliverability_reason`,
    read: fromButtondown,
  },
  sendy: {
    marks: ['name email status'],
    columns: 'email status',
    read: ({ email, status }) => ({ email, ...meaningOf(SENDY_STATUSES, status) }),
  },
  own: {
    marks: [],
    columns: SUBSCRIBER_COLUMNS.join(' '),
    read: (cells) => cells,
  },
} satisfies Record<string, FormatDefinition>

export type ImportFormat = keyof typeof FILE_FORMATS
export const IMPORT_FORMATS = Object.keys(FILE_FORMATS) as ImportFormat[]

/** The format of a file with these columns; our own if it is of no other. */
export const formatOf = (columns: readonly string[]): ImportFormat =>
  IMPORT_FORMATS.find((name) =>
    FILE_FORMATS[name].marks.some((marks) => marks.split(' ').every((mark) => columns.includes(mark))),
  ) ?? 'own'

export const columnsOf = (format: ImportFormat): string[] => FILE_FORMATS[format].columns.split(/\s+/)

const ACTIVE: ImportCells = { state: 'active' }
const PENDING: ImportCells = { state: 'pending' }
const UNSUBSCRIBED: ImportCells = { state: 'unsubscribed' }
const suppressedAs = (suppressed_reason: string): ImportCells => ({ state: 'suppressed', suppressed_reason })

/** What the words of a column mean. */
type Meanings = readonly (readonly [meaning: ImportCells, words: string])[]

const IS_SUBSCRIBED: Meanings = [
  [ACTIVE, 'true, 1'],
  [UNSUBSCRIBED, 'false, 0'],
]
const IS_DISABLED: Meanings = [
  [ACTIVE, 'false'],
  [UNSUBSCRIBED, 'true'],
]

/** SubscriberType in enums.json of github.com/buttondown/openapi, and other words, which lead to no email. */
const BUTTONDOWN_TYPES: Meanings = [
  [ACTIVE, 'regular, premium, gifted, trialed, unpaid, churning, past_due, paused'],
  [PENDING, 'unactivated'],
  [UNSUBSCRIBED, 'unsubscribed, removed'],
  [suppressedAs('operator'), 'blocked, spammy, malicious'],
  [suppressedAs('dead'), 'undeliverable'],
  [suppressedAs('complaint'), 'complained'],
]

const SENDY_STATUSES: Meanings = [
  [ACTIVE, 'active, subscribed'],
  [PENDING, 'unconfirmed'],
  [UNSUBSCRIBED, 'unsubscribed'],
  [suppressedAs('dead'), 'bounced'],
  [suppressedAs('full'), 'soft bounced'],
  [suppressedAs('complaint'), 'marked as spam, complained'],
]

const KEILA_STATUSES: Meanings = [
  [ACTIVE, 'active'],
  [UNSUBSCRIBED, 'unsubscribed'],
  [suppressedAs('dead'), 'unreachable'],
]

// Who is on the blocklist asked for no more emails, or complained.
const LISTMONK_STATES: Meanings = [
  [ACTIVE, 'enabled'],
  [UNSUBSCRIBED, 'disabled'],
  [suppressedAs('complaint'), 'blocklisted'],
]

const LISTMONK_SUBSCRIPTIONS: Meanings = [
  [ACTIVE, 'confirmed'],
  [PENDING, 'unconfirmed'],
]

/** What a word means, in any case. Throws import.state for any other, and for an empty cell. */
function meaningOf(meanings: Meanings, cell = ''): ImportCells {
  const word = cell.trim().toLowerCase()
  const found = meanings.find(([, words]) => words.split(', ').includes(word))
  if (found) return found[0]
  const allowed = meanings.map(([, words]) => words).join(', ')
  throw new ImportFault('import.state', { value: cell.slice(0, 40), allowed })
}

const isWord = (cell: string | undefined, word: string): boolean => cell?.trim().toLowerCase() === word

function fromListmonk(cells: Cells, subscription: ListmonkStatus | undefined): ImportCells {
  const { email, status, created_at, updated_at, confirmed_at } = cells
  const person = { email, created_at }
  const asked = cells.subscription_status ?? subscription
  // An unsubscription counts, whatever the status is.
  if (isWord(asked, 'unsubscribed') && !isWord(status, 'blocklisted'))
    return { ...person, ...UNSUBSCRIBED, unsubscribed_at: updated_at }
  const meaning = meaningOf(LISTMONK_STATES, status)
  if (meaning !== ACTIVE)
    return { ...person, ...meaning, unsubscribed_at: updated_at, suppressed_at: updated_at }
  if (meaningOf(LISTMONK_SUBSCRIPTIONS, asked?.trim() || 'confirmed') === PENDING)
    return { ...person, ...PENDING }
  const ip = (cells.optin_ip ?? '').trim()
  const how = [!isNever(confirmed_at) && 'listmonk double opt-in', ip && `from ${ip}`]
  return { ...person, ...ACTIVE, confirmed_at, confirmed_how: how.filter(Boolean).join(', ') }
}

function fromKeila({ email, status, inserted_at, updated_at, double_opt_in_at }: Cells): ImportCells {
  const person = { email, created_at: inserted_at }
  const meaning = meaningOf(KEILA_STATUSES, status)
  if (meaning !== ACTIVE)
    return { ...person, ...meaning, unsubscribed_at: updated_at, suppressed_at: updated_at }
  const how = isNever(double_opt_in_at) ? '' : 'Keila double opt-in'
  return { ...person, ...ACTIVE, confirmed_at: double_opt_in_at, confirmed_how: how }
}

/** Of three files: who is subscribed, unsubscribed or cleaned. Only CONFIRM_TIME shows consent. */
function fromMailchimp(cells: Cells): ImportCells {
  const { email, optin_time, confirm_time, unsub_time, clean_time } = cells
  const ip = (cells.confirm_ip ?? '').trim()
  const person = {
    email,
    created_at: isNever(optin_time) ? confirm_time : optin_time,
    confirmed_at: confirm_time,
    confirmed_how: isNever(confirm_time) ? '' : `Mailchimp CONFIRM_TIME${ip && `, from ${ip}`}`,
  }
  if (!isNever(clean_time)) return { ...person, ...suppressedAs('dead'), suppressed_at: clean_time }
  if (!isNever(unsub_time)) return { ...person, ...UNSUBSCRIBED, unsubscribed_at: unsub_time }
  const neverConfirmed = confirm_time !== undefined && isNever(confirm_time)
  return { ...person, ...(neverConfirmed ? PENDING : ACTIVE) }
}

function fromGhost({ email, subscribed_to_emails, created_at, deleted_at }: Cells): ImportCells {
  const person = { email, created_at }
  if (!isNever(deleted_at)) return { ...person, ...UNSUBSCRIBED, unsubscribed_at: deleted_at }
  return { ...person, ...meaningOf(IS_SUBSCRIBED, subscribed_to_emails) }
}

/** Dates and reasons of leaving count more than the type: it may be of an earlier time. */
function fromButtondown(cells: Cells): ImportCells {
  const { email, type, creation_date, churn_date, unsubscription_date, undeliverability_date } = cells
  const meaning = meaningOf(BUTTONDOWN_TYPES, type)
  const person = {
    email,
    created_at: creation_date,
    unsubscribed_at: isNever(unsubscription_date) ? churn_date : unsubscription_date,
    suppressed_at: undeliverability_date,
  }
  if (meaning !== ACTIVE && meaning !== PENDING) return { ...person, ...meaning }
  const isFilled = (names: readonly string[]) => names.some((name) => !isNever(cells[name]))
  if (isFilled(['undeliverability_date', 'undeliverability_reason']))
    return { ...person, ...suppressedAs('dead') }
  if (isFilled(['unsubscription_date', 'unsubscription_reason', 'churn_date']))
    return { ...person, ...UNSUBSCRIBED }
  return { ...person, ...meaning }
}
