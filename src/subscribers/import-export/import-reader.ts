import type { Config } from '../../config/config.ts'
import { type CsvRecord, controlCharacterIn, MAX_RECORD_LENGTH, unescapeFormula } from '../../core/csv.ts'
import type { Fault } from '../../core/errors.ts'
import { readTypedSettings } from '../read-signup.ts'
import {
  columnList,
  columnName,
  type ImportFormat,
  type ImportHead,
  readHead,
  readTopicsCell,
} from './import-columns.ts'
import { ImportFault } from './import-fault.ts'
import { createRowReader, type ImportCells, type ImportRow, isNever } from './import-row.ts'

export interface ReadingOptions {
  /** Otherwise derived from the head of the file. */
  from?: ImportFormat
  /** How subscribers gave consent whose row does not say. */
  consent?: string
  /** A column, or `attributes.NAME` or `data.NAME` in its JSON; otherwise a topic for each row that has none. */
  topics?: string
  /** The status by which a listmonk file was exported. */
  subscription?: ListmonkStatus
}

export interface RecordReader {
  head: ImportHead
  /** Throws the faults of `createRowReader`, and import.too-long, .control, .quotes, .cells, .json. */
  read(record: CsvRecord): ImportRow
  /** A row's cells by column. Throws import.too-long, import.control, import.quotes, import.cells. */
  cellsOf(record: CsvRecord): ForeignCells
}

type TopicsFrom = (cells: ForeignCells, own: string | undefined) => string | undefined

/** Throws import.* for a head that cannot be read, and query.* for a topic that cannot be read. */
export function createRecordReader(
  { config, now }: { config: Config; now: Date },
  head: readonly string[],
  { from, consent, topics, subscription }: ReadingOptions,
): RecordReader {
  const found = readHead(head, { from, topics: topics && columnName(topics) })
  const topicsFrom = topicsReader(found, topics)
  const readRow = createRowReader({
    defaults: readTypedSettings(config, {}),
    now,
    consent,
    readTopics: readTopicsCell,
  })
  const translate = translatorOf(found.format, subscription)
  const cellsOf = (record: CsvRecord) => byColumn(found, record)
  return {
    head: found,
    cellsOf,
    read(record) {
      const cells = cellsOf(record)
      const own = translate(cells)
      own.topics = topicsFrom(cells, own.topics)
      return readRow(own)
    },
  }
}

function byColumn({ format, columns }: ImportHead, { text, cells, isTooLong }: CsvRecord): ForeignCells {
  if (isTooLong) throw new ImportFault('import.too-long', { most: MAX_RECORD_LENGTH.toLocaleString('en') })
  const character = controlCharacterIn(text)
  if (character) throw new ImportFault('import.control', { character })
  if (!cells) throw new ImportFault('import.quotes')
  if (cells.length > columns.length && cells.slice(columns.length).some((cell) => cell.trim() !== ''))
    throw new ImportFault('import.cells', { count: cells.length, width: columns.length })
  const found: ForeignCells = {}
  // Only our own files guard cells against formulas.
  for (let i = 0; i < columns.length; i++)
    found[columns[i]!] = format === 'own' ? unescapeFormula(cells[i] ?? '') : cells[i]
  return found
}

function translatorOf(
  format: ImportFormat,
  subscription?: ListmonkStatus,
): (cells: ForeignCells) => ImportCells {
  if (format === 'listmonk') return (cells) => fromListmonk(cells, subscription)
  return format === 'keila' ? fromKeila : (cells) => cells as ImportCells
}

function topicsReader({ format, columns }: ImportHead, topics: string | undefined): TopicsFrom {
  if (topics === undefined) return (_, own) => own
  const [, json = '', path = ''] = /^(attributes|data)\.([\w.-]+)$/i.exec(topics) ?? []
  const column = columnName(json || topics)
  if (columns.includes(column) && (format !== 'own' || column !== 'topics'))
    return json ? (cells) => topicsInJson(column, cells[column] ?? '', path) : (cells) => cells[column]
  if (json || /^[a-z]+_[a-z_]+$/.test(topics))
    throw new ImportFault('import.no-column', { column: topics, columns: columnList(columns) })
  readTopicsCell(topics)
  return (_, own) => (own?.trim() ? own : topics)
}

/** A row of another program's export, by column name. */
export type ForeignCells = Record<string, string | undefined>

export type ListmonkStatus = 'confirmed' | 'unconfirmed' | 'unsubscribed'
export const LISTMONK_STATUSES: readonly ListmonkStatus[] = ['confirmed', 'unconfirmed', 'unsubscribed']

/** Converts a listmonk row to our columns. `subscription` is the status by which the file was exported. */
function fromListmonk(cells: ForeignCells, subscription?: ListmonkStatus): ImportCells {
  const { email, created_at, updated_at, optin_ip } = cells
  const status = (cells.status ?? '').trim().toLowerCase()
  const asked = (cells.subscription_status ?? subscription ?? '').trim().toLowerCase()
  const common = { email, created_at }
  // Never email them again: they asked for it or complained.
  if (status === 'blocklisted')
    return { ...common, state: 'suppressed', suppressed_reason: 'complaint', suppressed_at: updated_at }
  if (status === 'disabled' || asked === 'unsubscribed')
    return { ...common, state: 'unsubscribed', unsubscribed_at: updated_at }
  if (status !== '' && status !== 'enabled') throw unknownState(status, 'enabled, disabled, blocklisted')
  if (asked === 'unconfirmed') return { ...common, state: 'pending' }
  if (asked !== '' && asked !== 'confirmed') throw unknownState(asked, LISTMONK_STATUSES.join(', '))
  const ip = (optin_ip ?? '').trim()
  return {
    ...common,
    state: 'active',
    confirmed_at: cells.confirmed_at,
    confirmed_how: [!isNever(cells.confirmed_at) && 'listmonk double opt-in', ip && `from ${ip}`]
      .filter(Boolean)
      .join(', '),
  }
}

/** Converts a Keila row to our columns. */
function fromKeila(cells: ForeignCells): ImportCells {
  const { email, inserted_at, updated_at, double_opt_in_at } = cells
  const status = (cells.status ?? '').trim().toLowerCase()
  const common = { email, created_at: inserted_at }
  if (status === 'unreachable')
    return { ...common, state: 'suppressed', suppressed_reason: 'dead', suppressed_at: updated_at }
  if (status === 'unsubscribed') return { ...common, state: 'unsubscribed', unsubscribed_at: updated_at }
  if (status !== '' && status !== 'active') throw unknownState(status, 'active, unsubscribed, unreachable')
  return {
    ...common,
    state: 'active',
    confirmed_at: double_opt_in_at,
    confirmed_how: isNever(double_opt_in_at) ? '' : 'Keila double opt-in',
  }
}

const unknownState = (value: string, allowed: string): Fault =>
  new ImportFault('import.state', { value: value.slice(0, 40), allowed })

/**
 * The value at a path such as "prefs.topics" in a JSON cell, as a topics cell: a list becomes one line per item. Throws
 * import.json.
 */
function topicsInJson(column: string, cell: string, path: string): string {
  if (cell.trim() === '') return ''
  let value: unknown = parsed(column, cell)
  for (const name of path.split('.')) value = (value as Record<string, unknown> | null)?.[name]
  const texts = (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string')
  return texts.join('\n')
}

function parsed(column: string, cell: string): object {
  try {
    const value: unknown = JSON.parse(cell)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch {
    // The fault below has our own message.
  }
  throw new ImportFault('import.json', { column })
}
