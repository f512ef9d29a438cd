import { detachedCopy } from '../../core/csv.ts'
import { type Day, parseDay, type Weekday } from '../../core/dates.ts'
import { FieldReader } from '../../core/errors.ts'
import { type Address, parseAddress } from '../address.ts'
import { readSettings } from '../read-signup.ts'
import {
  SUBSCRIBER_STATES,
  type SubscriberSettings,
  type SubscriberState,
  startDateOf,
  type TopicText,
} from '../subscriber.ts'
import { SUPPRESSION_REASONS, type Suppression, type SuppressionReason } from '../suppression.repo.ts'
import type { SubscriberColumn } from './import-columns.ts'
import { ImportFault } from './import-fault.ts'

/** One subscriber as read from a file. */
export interface ImportRow extends Address, SubscriberSettings {
  days: Weekday[]
  state: SubscriberState
  stateBefore: SubscriberState | null
  topics: readonly TopicText[]
  createdAt: Date
  confirmedAt: Date | null
  /** How they gave consent. */
  how: string | null
  startDate: Day | null
  pausedUntil: Day | null
  unsubscribedAt: Date | null
  /** Stored next to the subscriber, whatever the state. */
  suppression: Suppression | null
  /** Their id in the installation they come from: links in old emails contain it. */
  id: string | null
  epoch: number
}

export type ImportCells = Partial<Record<SubscriberColumn, string>>

interface RowReaderOptions {
  defaults: SubscriberSettings
  now: Date
  /** How subscribers gave consent whose row does not say. */
  consent?: string
  /** Reads a cell of topics. Throws query.*, topics.too-many. */
  readTopics(cell: string): readonly TopicText[]
}

/** Reads the cells of one row. Throws address.*, setting.*, zone.unknown, query.*, import.*. */
type ReadRow = (cells: ImportCells) => ImportRow

export function createRowReader(options: RowReaderOptions): ReadRow {
  const { now, readTopics } = options
  const settingsOf = memoizeText(
    (key: string) => settingsIn(key, options.defaults),
    (settings) => ({ ...settings, startDate: startDateOf(now, settings) }),
  )
  const topicsOf = memoizeText(readTopics, (topics) => topics)
  return (cells) => {
    requireReadable(cells)
    const address = parseAddress(cells.email ?? '')
    const { startDate, ...settings } = settingsOf(keyOf(cells))
    const rowState = rowStateIn(cells, options)
    return {
      ...address,
      ...settings,
      ...rowState,
      topics: topicsOf(cells.topics ?? ''),
      startDate: rowState.confirmedAt && startDate,
      id: /^(?!-)[\w-]{14}$/.test(cells.id ?? '') ? cells.id! : null,
      epoch: epochIn(cells.epoch ?? ''),
    }
  }
}

const MAX_CACHED = 20_000

/** Reads each distinct text once: a whole file has few of them. */
function memoizeText<T, U>(read: (text: string) => T, finish: (read: T) => U): (text: string) => U {
  const known = new Map<string, U>()
  return (text) => {
    const found = known.get(text)
    if (found !== undefined) return found
    const made = finish(read(text))
    if (known.size >= MAX_CACHED) known.clear()
    known.set(detachedCopy(text), made)
    return made
  }
}

const keyOf = ({ zone, hour, days, max, format, detail }: ImportCells): string =>
  [zone, hour, days, max, format, detail].map((text) => text ?? '').join('\n')

function settingsIn(key: string, defaults: SubscriberSettings): SubscriberSettings {
  const [zone, hour, days = '', max, format, detail] = key.split('\n')
  const fields = new FieldReader()
  const typed = { zone, hour, days: days.trim() === '' ? undefined : [days], max, format, detail }
  const settings = readSettings(typed, defaults, fields)
  fields.finish()
  return settings
}

// The replacement character that a decoder writes for bytes that are not valid in its encoding.
const LOST = '\uFFFD'

function requireReadable(cells: ImportCells): void {
  for (const column of ['email', 'topics', 'confirmed_how'] as const) {
    if (cells[column]?.includes(LOST)) throw new ImportFault('import.bytes', { column })
  }
}

type RowState = Pick<
  ImportRow,
  | 'state'
  | 'stateBefore'
  | 'createdAt'
  | 'confirmedAt'
  | 'how'
  | 'pausedUntil'
  | 'unsubscribedAt'
  | 'suppression'
>

function rowStateIn(cells: ImportCells, { now, consent }: RowReaderOptions): RowState {
  const at = (column: SubscriberColumn) => readInstant(column, cells[column] ?? '', now)
  const written = stateIn('state', cells.state ?? '') ?? 'active'
  const isJoined = written === 'active' || written === 'paused'
  const createdAt = at('created_at')
  const shownAt = at('confirmed_at')
  const confirmedAt = shownAt ?? (isJoined && consent !== undefined ? (createdAt ?? now) : null)
  if (isJoined && !confirmedAt) throw new ImportFault('import.no-consent')
  const suppression = suppressionIn(cells, written, at('suppressed_at') ?? now)
  const before = stateBeforeIn(cells, confirmedAt)
  const state = isJoined && suppression ? 'suppressed' : written
  const stateBefore = state === written ? before : written
  const hasEnded = state === 'unsubscribed' || stateBefore === 'unsubscribed'
  return {
    state,
    stateBefore,
    createdAt: createdAt ?? confirmedAt ?? now,
    confirmedAt,
    how: noteIn(cells.confirmed_how ?? '', shownAt ? undefined : consent),
    pausedUntil: dayIn(cells.paused_until ?? ''),
    unsubscribedAt: hasEnded ? (at('unsubscribed_at') ?? now) : null,
    suppression,
  }
}

function stateIn(column: string, text: string): SubscriberState | null {
  const name = text.trim().toLowerCase()
  if (name === '') return null
  const state = SUBSCRIBER_STATES.find((one) => one === name)
  if (state) return state
  throw new ImportFault('import.state', {
    column,
    value: text.slice(0, 40),
    allowed: SUBSCRIBER_STATES.join(', '),
  })
}

/** Prevents a return to a subscription that was never confirmed. */
function stateBeforeIn({ state_before }: ImportCells, confirmedAt: Date | null): SubscriberState | null {
  const before = stateIn('state_before', state_before ?? '')
  return (before === 'active' || before === 'paused') && !confirmedAt ? null : before
}

function suppressionIn(
  { suppressed_reason }: ImportCells,
  state: SubscriberState,
  at: Date,
): Suppression | null {
  const text = (suppressed_reason ?? '').trim().toLowerCase()
  if (text === '') return state === 'suppressed' ? { reason: 'operator', at } : null
  return { reason: suppressionReason(text), at }
}

/** Throws import.reason. */
export function suppressionReason(text: string): SuppressionReason {
  const reason = SUPPRESSION_REASONS.find((one) => one === text)
  if (reason) return reason
  throw new ImportFault('import.reason', {
    value: text.slice(0, 40),
    allowed: SUPPRESSION_REASONS.join(', '),
  })
}

const MAX_NOTE_LENGTH = 500

function noteIn(text: string, consent: string | undefined): string | null {
  const note = [text, consent]
    .filter(Boolean)
    .join('; ')
    .replaceAll('\0', '')
    .toWellFormed()
    .slice(0, MAX_NOTE_LENGTH)
  return note === '' ? null : note
}

const dayIn = (text: string): Day | null => (text.trim() === '' ? null : parseDay(text.trim()))

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
const isDay = (day: string): boolean => new Date(`${day}T00:00:00Z`).toISOString().startsWith(day)

const isoOffset = (offset: string): string => {
  if (offset === 'Z' || offset === 'UTC') return 'Z'
  const [sign, digits] = [offset[0], offset.slice(1).replace(':', '')]
  return `${sign}${digits.slice(0, 2)}:${digits.slice(2) || '00'}`
}
