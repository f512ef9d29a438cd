import { detachedCopy } from '../../core/csv.ts'
import type { Day, Weekday } from '../../core/dates.ts'
import { parseDay } from '../../core/dates.ts'
import { FieldReader } from '../../core/field-faults.ts'
import { type Address, parseAddress } from '../address.ts'
import { readSettings } from '../settings.ts'
import { startDateOf } from '../start-date.ts'
import {
  SUBSCRIBER_STATES,
  type SubscriberSettings,
  type SubscriberState,
  type TopicText,
} from '../subscriber.ts'
import { SUPPRESSION_REASONS, type Suppression, type SuppressionReason } from '../suppression.repo.ts'
import type { SubscriberColumn } from './import-columns.ts'
import { ImportFault } from './import-fault.ts'
import { readInstant } from './import-instant.ts'

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

export interface RowReaderOptions {
  defaults: SubscriberSettings
  now: Date
  /** How subscribers gave consent whose row does not say. */
  consent?: string
  /** Reads a cell of topics. Throws query.*, topics.too-many. */
  readTopics(cell: string): readonly TopicText[]
}

/** Reads the cells of one row. Throws address.*, setting.*, zone.unknown, query.*, import.*. */
export type ReadRow = (cells: ImportCells) => ImportRow

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
