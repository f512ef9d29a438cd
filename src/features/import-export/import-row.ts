import type { Config } from '../../config/config.ts'
import { parseDay } from '../../core/dates.ts'
import { memoize } from '../../core/memoize.ts'
import { randomId } from '../../core/secrets.ts'
import { addressHash, parseAddress } from '../../subscribers/address.ts'
import { readTypedSettings, type TypedSettings } from '../../subscribers/read-signup.ts'
import {
  SUBSCRIBER_STATES,
  type Subscriber,
  type SubscriberState,
  startDateOf,
} from '../../subscribers/subscriber.ts'
import {
  SUPPRESSION_REASONS,
  type Suppression,
  type SuppressionReason,
} from '../../subscribers/suppression.repo.ts'
import { type ParsedTopic, treeOf } from '../../subscribers/topic.repo.ts'
import { ImportFault } from './import-fault.ts'
import type { ImportCells } from './import-formats.ts'
import { isNever, readInstant } from './import-instant.ts'
import { readTopicsCell, type SubscriberColumn } from './subscriber-columns.ts'

/** One subscriber as read from a file. */
export interface ImportRow extends Subscriber {
  /** Whether `id` is of the installation they come from: links in old emails contain it. */
  hasOwnId: boolean
  topics: readonly ParsedTopic[]
  confirmedHow: string | null
  unsubscribedAt: Date | null
  /** Stored next to the subscriber, whatever the state. */
  suppression: Suppression | null
}

export interface SuppressedHash extends Pick<ImportRow, 'addressHash'> {
  suppression: Suppression
}

export interface ReadingContext {
  config: Config
  now: Date
}

/** The different topics, and the different settings, that are kept, so that each is read once. */
const MAX_CACHED = 15_000

/**
 * Reads the cells of one row; `consent` is how subscribers gave consent whose row does not say. Throws address.*,
 * setting.*, zone.unknown, query.*, import.*.
 */
export function createRowReader({ config, now }: ReadingContext, consent: string | undefined) {
  const parsed = memoize(treeOf, MAX_CACHED)
  const parse = (query: string) => {
    parsed(query)
    return { query }
  }
  const settingsOf = memoize((json: string) => {
    const settings = readTypedSettings(config, JSON.parse(json) as TypedSettings)
    return { ...settings, startDate: startDateOf(now, settings) }
  }, MAX_CACHED)
  return (cells: ImportCells): ImportRow => {
    requireReadable(cells)
    const { address, key: addressKey } = parseAddress(cells.email ?? '')
    const { zone, hour, days, max, format, detail, related } = cells
    const typed = { zone, hour, days: days?.trim() ? [days] : undefined, max, format, detail, related }
    const { startDate, ...settings } = settingsOf(JSON.stringify(typed))
    const state = rowStateIn(cells, now, consent)
    const hasOwnId = /^(?!-)[\w-]{14}$/.test(cells.id ?? '')
    return {
      ...settings,
      ...state,
      id: hasOwnId ? cells.id! : randomId(80),
      hasOwnId,
      address,
      addressKey,
      addressHash: addressHash(addressKey, config.SUPPRESSION_KEY),
      topics: readTopicsCell(cells.topics ?? '', parse).map((topic) => ({
        ...topic,
        tree: parsed(topic.query),
      })),
      startDate: state.confirmedAt && startDate,
      pausedUntil: cells.paused_until?.trim() ? parseDay(cells.paused_until.trim()) : null,
      epoch: epochIn(cells.epoch ?? ''),
    }
  }
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
    stateBefore,
    createdAt: createdAt ?? confirmedAt ?? now,
    confirmedAt,
    confirmedHow: confirmedAt && noteIn(cells.confirmed_how, shownAt ? undefined : consent),
    unsubscribedAt: hasEnded ? (at('unsubscribed_at') ?? now) : null,
    suppression: reason && { reason, at: suppressedAt },
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
function oneOf<T extends string>(
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
