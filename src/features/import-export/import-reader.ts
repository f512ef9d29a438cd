import { z } from 'zod'
import { type CsvRecord, controlCharacterIn, MAX_RECORD_LENGTH, unescapeFormula } from '../../core/csv.ts'
import { editDistance } from '../../core/edit-distance.ts'
import { undefinedIfThrown } from '../../core/errors.ts'
import { fingerprintOf } from '../../core/secrets.ts'
import { cleanText } from '../../queries/language/split-topics.ts'
import { ImportFault } from './import-fault.ts'
import {
  type Cells,
  columnsOf,
  FILE_FORMATS,
  formatOf,
  type ImportFormat,
  type ListmonkStatus,
} from './import-formats.ts'
import { readInstant } from './import-instant.ts'
import {
  createRowReader,
  type ImportRow,
  type ReadingContext,
  type SuppressedHash,
  suppressionReason,
} from './import-row.ts'
import { readTopicsCell } from './subscriber-columns.ts'
import { requireNoLeavingName, type UnreadColumn } from './who-left.ts'

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

export interface ImportHead {
  format: ImportFormat
  /** As in the file, but in lower case, with _ for blanks and "E-Mail" as email. */
  columns: string[]
  ignored: string[]
  /** The columns that the format does not have, with those that `topics` names. */
  unread: UnreadColumn[]
}

export interface RecordReader {
  head: ImportHead
  /** Throws the faults of `createRowReader`, and import.too-long, .control, .quotes, .cells, .json, .hash, .other-key. */
  read(record: CsvRecord): ImportRow | SuppressedHash
}

/** Throws import.* for a head that cannot be read, and query.* for a topic that cannot be read. */
export function createRecordReader(
  context: ReadingContext,
  columns: readonly string[],
  { from, consent, topics, subscription }: ReadingOptions,
): RecordReader {
  const head = readHead(columns, { from, topics: topics && columnName(topics) })
  const topicsOf = topicsReader(head, topics)
  const readRow = createRowReader(context, (consent && cleanText(consent)) || undefined)
  return {
    head,
    read(record) {
      const cells = byColumn(head, record)
      if (head.format === 'suppressions') return hashIn(cells, context)
      const own = FILE_FORMATS[head.format].read(cells, subscription)
      return readRow({ ...own, topics: topicsOf(cells, own.topics) })
    },
  }
}

/**
 * Reads the head of a file; `topics` is an additional column to read. Throws import.no-email-column, .column-twice,
 * .who-left, .column-slip.
 */
export function readHead(
  cells: readonly string[],
  { from, topics }: { from?: ImportFormat; topics?: string } = {},
): ImportHead {
  const columns = cells.map(columnName)
  const format = from ?? formatOf(columns)
  const known = columnsOf(format)
  const twice = columns.find((name, i) => name !== '' && columns.indexOf(name) < i)
  if (twice !== undefined) throw new ImportFault('import.column-twice', { column: twice })
  if (!columns.includes(known[0]!)) {
    requireNoSlip(columns, known.slice(0, 1))
    throw new ImportFault('import.no-email-column', { columns: shownColumns(columns) })
  }
  const lacksState = known.includes('state') && !columns.includes('state')
  const read = lacksState ? known.filter((name) => !NEED_STATE.includes(name)) : known
  const unread = columns.flatMap((name, index) =>
    read.includes(name) ? [] : [{ index, title: cells[index]!.trim() }],
  )
  requireNoLeavingName(unread)
  const ignored = columns.filter((name) => name !== '' && !known.includes(name) && name !== topics)
  const missing = known.filter((name) => !columns.includes(name))
  if (format === 'own' || format === 'suppressions') requireNoSlip(ignored, missing)
  return { format, columns, ignored, unread }
}

/** Our columns that are read only beside `state`. */
const NEED_STATE = ['unsubscribed_at', 'suppressed_at']

/** "E-Mail address" → email, "First name" → first_name. */
const columnName = (cell: string): string =>
  cell
    .trim()
    .toLowerCase()
    .replace(/[\s.-]+/g, '_')
    .replace(/^e_?mail(_address)?$/, 'email')

/** A slip: one letter too many, missing, wrong or swapped with the next one. Two would take `date` for `state`. */
function requireNoSlip(columns: readonly string[], names: readonly string[]): void {
  for (const column of columns.map((name) => name.slice(0, 60))) {
    const meant = names.find((name) => editDistance(column, name) <= 1)
    if (meant) throw new ImportFault('import.column-slip', { column, meant })
  }
}

const shownColumns = (columns: readonly string[]): string => columns.join(', ').slice(0, 300)

function byColumn({ format, columns }: ImportHead, { text, cells, isTooLong }: CsvRecord): Cells {
  if (isTooLong) throw new ImportFault('import.too-long', { most: MAX_RECORD_LENGTH.toLocaleString('en') })
  const character = controlCharacterIn(text)
  if (character) throw new ImportFault('import.control', { character })
  if (!cells) throw new ImportFault('import.quotes')
  if (cells.length > columns.length && cells.slice(columns.length).some((cell) => cell.trim() !== ''))
    throw new ImportFault('import.cells', { count: cells.length, width: columns.length })
  const found: Cells = {}
  // Only our own files guard cells against formulas.
  for (let i = 0; i < columns.length; i++)
    found[columns[i]!] = format === 'own' ? unescapeFormula(cells[i] ?? '') : cells[i]
  return found
}

function topicsReader({ format, columns }: ImportHead, topics: string | undefined) {
  if (topics === undefined) return (_: Cells, own: string | undefined) => own
  const [, json = '', path = ''] = /^(attributes|data)\.([\w.-]+)$/i.exec(topics) ?? []
  const column = columnName(json || topics)
  if (columns.includes(column) && (format !== 'own' || column !== 'topics'))
    return (cells: Cells) => (json ? topicsInJson(column, cells[column] ?? '', path) : cells[column])
  if (json || /^[a-z]+_[a-z_]+$/.test(topics))
    throw new ImportFault('import.no-column', { column: topics, columns: shownColumns(columns) })
  readTopicsCell(topics)
  return (_: Cells, own: string | undefined) => (own?.trim() ? own : topics)
}

function hashIn({ address_hash, reason, at, key }: Cells, { config, now }: ReadingContext): SuppressedHash {
  if (key && key !== fingerprintOf(config.SUPPRESSION_KEY)) throw new ImportFault('import.other-key')
  const hash = (address_hash ?? '').trim().toLowerCase()
  if (!/^[0-9a-f]{64}$/.test(hash)) throw new ImportFault('import.hash')
  return {
    addressHash: hash,
    suppression: {
      reason: suppressionReason(reason) ?? 'operator',
      at: readInstant('at', at ?? '', now) ?? now,
    },
  }
}

/**
 * The value at a path such as "prefs.topics" in a JSON cell, as a topics cell: a list becomes one line per item. Throws
 * import.json.
 */
function topicsInJson(column: string, cell: string, path: string): string {
  if (cell.trim() === '') return ''
  const { data } = jsonObject.safeParse(undefinedIfThrown(() => JSON.parse(cell)))
  if (!data) throw new ImportFault('import.json', { column })
  let value: unknown = data
  for (const name of path.split('.')) value = (value as Record<string, unknown> | null)?.[name]
  return [value]
    .flat()
    .filter((one) => typeof one === 'string')
    .join('\n')
}

const jsonObject = z.record(z.string(), z.unknown())
