import type { Config } from '../../config/config.ts'
import { type Day, parseDay, type Weekday } from '../../core/dates.ts'
import { detachedCopy } from '../../core/detached-copy.ts'
import { addressHash, parseAddress } from '../address.ts'
import { readTypedSettings } from '../read-signup.ts'
import {
  type MailDetail,
  type MailFormat,
  SUBSCRIBER_STATES,
  type SubscriberState,
  startDateOf,
  type TopicText,
} from '../subscriber.ts'
import { SUPPRESSION_REASONS, type SuppressionReason } from '../suppression.repo.ts'
import { readTopicsCell, type SubscriberColumn } from './import-columns.ts'
import { ImportFault } from './import-fault.ts'

export interface SuppressedHash {
  id: string | null
  address_hash: string
  suppressed_reason: SuppressionReason
  suppressed_at: Date
  topics: []
}

/** One subscriber as read from a file, under the names of the table's columns. */
export interface ImportRow {
  /** Their id in the installation they come from: links in old emails contain it. */
  id: string | null
  epoch: number
  address: string
  address_key: string
  address_hash: string
  state: SubscriberState
  state_before: SubscriberState | null
  topics: readonly TopicText[]
  zone: string
  hour: number
  days: Weekday[]
  max_papers: number
  format: MailFormat
  detail: MailDetail
  related: boolean
  created_at: Date
  confirmed_at: Date | null
  confirmed_how: string | null
  start_date: Day | null
  paused_until: Day | null
  unsubscribed_at: Date | null
  /** The suppression is stored next to the subscriber, whatever the state. */
  suppressed_reason: SuppressionReason | null
  suppressed_at: Date | null
}

export type ImportCells = Partial<Record<SubscriberColumn, string>>

/** Parses a query to its tree, as JSON. Throws query.*. */
export type ParseText = (query: string) => { query: string; tree: string }

export interface ReadingContext {
  config: Config
  now: Date
}

/**
 * Reads the cells of one row; `consent` is how subscribers gave consent whose row does not say. Throws address.*,
 * setting.*, zone.unknown, query.*, import.*.
 */
export function createRowReader(
  { config, now, parse }: ReadingContext & { parse: ParseText },
  consent: string | undefined,
) {
  const settingsOf = memoizeText((key: string) => settingsIn(key, { config, now }))
  const readTopics = (cell: string) => readTopicsCell(cell, parse)
  const frequentTopics = memoizeText(readTopics)
  const topicsOf = (cell: string) => (cell.length > MAX_FREQUENT ? readTopics : frequentTopics)(cell)
  return (cells: ImportCells): ImportRow => {
    requireReadable(cells)
    const { address, key } = parseAddress(cells.email ?? '')
    const { start_date, ...settings } = settingsOf(settingsKey(cells))
    const state = rowStateIn(cells, now, consent)
    return {
      address,
      address_key: key,
      address_hash: addressHash(key, config.SUPPRESSION_KEY),
      ...settings,
      ...state,
      topics: topicsOf(cells.topics ?? ''),
      start_date: state.confirmed_at && start_date,
      paused_until: cells.paused_until?.trim() ? parseDay(cells.paused_until.trim()) : null,
      id: /^(?!-)[\w-]{14}$/.test(cells.id ?? '') ? cells.id! : null,
      epoch: epochIn(cells.epoch ?? ''),
    }
  }
}

/** Longer cells have several topics, which hardly two subscribers share. */
const MAX_FREQUENT = 60
const MAX_CACHED = 15_000

/** Reads each frequent text once; forgets those that a file has not had for long. */
export function memoizeText<T>(read: (text: string) => T): (text: string) => T {
  let recent = new Map<string, T>()
  let older = recent
  return (text) => {
    const found = recent.get(text)
    if (found !== undefined) return found
    const own = detachedCopy(text)
    const value = older.get(own) ?? read(own)
    if (recent.size >= MAX_CACHED) {
      older = recent
      recent = new Map()
    }
    recent.set(own, value)
    return value
  }
}

// A cell may contain a line break, but no other control character.
const SEPARATOR = '\x1f'

const settingsKey = ({ zone, hour, days, max, format, detail, related }: ImportCells): string =>
  [zone, hour, days, max, format, detail, related].map((text) => text ?? '').join(SEPARATOR)

function settingsIn(key: string, { config, now }: ReadingContext) {
  const [zone, hour, days = '', max, format, detail, related] = key.split(SEPARATOR)
  const typed = { zone, hour, days: days.trim() === '' ? undefined : [days], max, format, detail, related }
  const { maxPapers, ...settings } = readTypedSettings(config, typed)
  return { ...settings, max_papers: maxPapers, start_date: startDateOf(now, settings) }
}

// The replacement character that a decoder writes for bytes that are not valid in its encoding.
const LOST = '\uFFFD'

function requireReadable(cells: ImportCells): void {
  for (const column of ['email', 'topics', 'confirmed_how'] as const) {
    if (cells[column]?.includes(LOST)) throw new ImportFault('import.bytes', { column })
  }
}

function rowStateIn(cells: ImportCells, now: Date, consent: string | undefined) {
  const at = (column: SubscriberColumn) => readInstant(column, cells[column] ?? '', now)
  const written = writtenState(cells)
  const isJoined = written === 'active' || written === 'paused'
  const createdAt = at('created_at')
  const shownAt = at('confirmed_at')
  const confirmedAt = shownAt ?? (isJoined && consent !== undefined ? (createdAt ?? now) : null)
  if (isJoined && !confirmedAt) throw new ImportFault('import.no-consent')
  const before = oneOf('import.state', SUBSCRIBER_STATES, cells.state_before)
  // No return to a subscription that was never confirmed.
  const earlier = (before === 'active' || before === 'paused') && !confirmedAt ? null : before
  const suppressedAt = at('suppressed_at') ?? now
  const writtenReason = suppressionReason(cells.suppressed_reason)
  const reason = writtenReason ?? (written === 'suppressed' ? 'operator' : null)
  const state = isJoined && reason ? 'suppressed' : written
  const stateBefore = state === written ? earlier : written
  const hasEnded = state === 'unsubscribed' || stateBefore === 'unsubscribed'
  return {
    state,
    state_before: stateBefore,
    created_at: createdAt ?? confirmedAt ?? now,
    confirmed_at: confirmedAt,
    confirmed_how: confirmedAt && noteIn(cells.confirmed_how, shownAt ? undefined : consent),
    unsubscribed_at: hasEnded ? (at('unsubscribed_at') ?? now) : null,
    suppressed_reason: reason,
    suppressed_at: reason && suppressedAt,
  }
}

/** An empty cell means active. Throws import.state, and import.no-state if another cell says that they left. */
function writtenState(cells: ImportCells): SubscriberState {
  const state = oneOf('import.state', SUBSCRIBER_STATES, cells.state)
  if (state) return state
  const column = (['unsubscribed_at', 'suppressed_at'] as const).find((name) => !isNever(cells[name]))
  if (column && !cells.suppressed_reason?.trim()) throw new ImportFault('import.no-state', { column })
  return 'active'
}

/** The name in a cell, in any case; null for an empty cell. Throws `code` for any other text. */
export function oneOf<T extends string>(
  code: 'import.state' | 'import.reason',
  names: readonly T[],
  cell = '',
): T | null {
  const typed = cell.trim().toLowerCase()
  const name = typed === '' ? null : names.find((one) => one === typed)
  if (name !== undefined) return name
  throw new ImportFault(code, { value: cell.slice(0, 40), allowed: names.join(', ') })
}

/** Throws import.reason. */
export const suppressionReason = (cell: string | undefined): SuppressionReason | null =>
  oneOf('import.reason', SUPPRESSION_REASONS, cell)

const MAX_NOTE_LENGTH = 500

function noteIn(text: string | undefined, consent: string | undefined): string | null {
  const note = [text, consent].filter(Boolean).join('; ')
  // Cutting may split a character in two.
  return note === '' ? null : note.slice(0, MAX_NOTE_LENGTH).toWellFormed()
}

const MAX_EPOCHS = 1_000_000

function epochIn(text: string): number {
  if (text.trim() === '') return 0
  const epoch = /^\d{1,7}$/.test(text.trim()) ? Number(text) : Number.NaN
  if (epoch <= MAX_EPOCHS) return epoch
  throw new ImportFault('import.epoch', { value: text.slice(0, 40) })
}

// ISO 8601, and the formats of Postgres and Go: "2025-03-01 08:00:00.123456 +0000 UTC", "2025-03-01 08:00:00+00".
const INSTANT =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?))?\s*(Z|UTC|[+-]\d\d(?::?\d\d)?)?(?: (?:[A-Z]{2,5}|[+-]\d{4}))?$/

// How programs write "never": MySQL, Go, the Unix clock.
const NEVER = /^(?:0000-00-00|0001-01-01|1970-01-01(?:$|[T ]00:00))/

/** Whether a cell means "never". */
export const isNever = (text: string | undefined): boolean => {
  const typed = text?.trim() ?? ''
  return typed === '' || NEVER.test(typed)
}

// No mailing list is older; an earlier date is a typing error or a placeholder.
const OLDEST = new Date('1995-01-01')

/**
 * Null for an empty cell, and for one that means "never"; a time without a zone is UTC. Throws import.instant for other
 * text, for the future, and for dates before 1995.
 */
export function readInstant(column: string, text: string, now: Date): Date | null {
  if (isNever(text)) return null
  const typed = text.trim()
  const [, day, time = '00:00', offset = 'Z'] = INSTANT.exec(typed) ?? []
  const instant = new Date(
    `${day}T${time.replace(',', '.').replace(/(\.\d{3})\d+/, '$1')}${isoOffset(offset)}`,
  )
  if (instant >= OLDEST && instant <= now && isDay(day!)) return instant
  throw new ImportFault('import.instant', { column, value: typed.slice(0, 40) })
}

// Date reads 30 February as 2 March.
const isDay = (day: string): boolean => new Date(`${day}T00:00:00Z`).getUTCDate() === Number(day.slice(8))

const isoOffset = (offset: string): string => {
  if (offset === 'Z' || offset === 'UTC') return 'Z'
  const [sign, digits] = [offset[0], offset.slice(1).replace(':', '')]
  return `${sign}${digits.slice(0, 2)}:${digits.slice(2) || '00'}`
}
