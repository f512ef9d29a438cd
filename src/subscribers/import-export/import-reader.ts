import { type CsvRecord, controlCharacterIn, MAX_RECORD_LENGTH, unescapeFormula } from '../../core/csv.ts'
import { undefinedIfThrown } from '../../core/errors.ts'
import { fingerprintOf } from '../../core/secrets.ts'
import { parseQuery } from '../../queries/language/parse-query.ts'
import { cleanText } from '../../queries/language/split-topics.ts'
import {
  columnList,
  columnName,
  type ImportFormat,
  type ImportHead,
  readHead,
  readTopicsCell,
} from './import-columns.ts'
import { ImportFault } from './import-fault.ts'
import {
  createRowReader,
  type ImportCells,
  type ImportRow,
  isNever,
  memoizeText,
  oneOf,
  type ParseText,
  type ReadingContext,
  readInstant,
  type SuppressedHash,
  suppressionReason,
} from './import-row.ts'

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
  /** Parses each frequent query of the file once. */
  parse: ParseText
  /** Throws the faults of `createRowReader`, and import.too-long, .control, .quotes, .cells, .json, .hash, .other-key. */
  read(record: CsvRecord): ImportRow | SuppressedHash
}

/** A row of a file, by column name. */
type Cells = Record<string, string | undefined>

/** Throws import.* for a head that cannot be read, and query.* for a topic that cannot be read. */
export function createRecordReader(
  context: ReadingContext,
  columns: readonly string[],
  { from, consent, topics, subscription }: ReadingOptions,
): RecordReader {
  const head = readHead(columns, { from, topics: topics && columnName(topics) })
  const topicsOf = topicsReader(head, topics)
  const parse = memoizeText((query) => ({ query, tree: JSON.stringify(parseQuery(query)) }))
  const readRow = createRowReader({ ...context, parse }, (consent && cleanText(consent)) || undefined)
  const translate = (cells: Cells): ImportCells => {
    if (head.format === 'listmonk') return fromListmonk(cells, subscription)
    return head.format === 'keila' ? fromKeila(cells) : cells
  }
  return {
    head,
    parse,
    read(record) {
      const cells = byColumn(head, record)
      if (head.format === 'suppressions') return hashIn(cells, context)
      const own = translate(cells)
      return readRow({ ...own, topics: topicsOf(cells, own.topics) })
    },
  }
}

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
    throw new ImportFault('import.no-column', { column: topics, columns: columnList(columns) })
  readTopicsCell(topics)
  return (_: Cells, own: string | undefined) => (own?.trim() ? own : topics)
}

function hashIn({ address_hash, reason, at, key }: Cells, { config, now }: ReadingContext): SuppressedHash {
  if (key && key !== fingerprintOf(config.SUPPRESSION_KEY)) throw new ImportFault('import.other-key')
  const hash = (address_hash ?? '').trim().toLowerCase()
  if (!/^[0-9a-f]{64}$/.test(hash)) throw new ImportFault('import.hash')
  return {
    id: null,
    address_hash: hash,
    suppressed_reason: suppressionReason(reason) ?? 'operator',
    suppressed_at: readInstant('at', at ?? '', now) ?? now,
    topics: [],
  }
}

export type ListmonkStatus = 'confirmed' | 'unconfirmed' | 'unsubscribed'
export const LISTMONK_STATUSES: readonly ListmonkStatus[] = ['confirmed', 'unconfirmed', 'unsubscribed']

/** Converts a listmonk row to our columns. `subscription` is the status by which the file was exported. */
function fromListmonk(cells: Cells, subscription?: ListmonkStatus): ImportCells {
  const { email, created_at, updated_at, confirmed_at } = cells
  const common = { email, created_at }
  const [status, asked] = [cells.status, cells.subscription_status ?? subscription].map((cell = '') =>
    cell.trim().toLowerCase(),
  )
  // Never email them again: they asked for it or complained.
  if (status === 'blocklisted')
    return { ...common, state: 'suppressed', suppressed_reason: 'complaint', suppressed_at: updated_at }
  if (status === 'disabled' || asked === 'unsubscribed')
    return { ...common, state: 'unsubscribed', unsubscribed_at: updated_at }
  writtenState(['enabled', 'disabled', 'blocklisted'], status)
  if (oneOf('import.state', LISTMONK_STATUSES, asked) === 'unconfirmed')
    return { ...common, state: 'pending' }
  const ip = (cells.optin_ip ?? '').trim()
  const how = [!isNever(confirmed_at) && 'listmonk double opt-in', ip && `from ${ip}`]
  return { ...common, state: 'active', confirmed_at, confirmed_how: how.filter(Boolean).join(', ') }
}

/** The state in a cell that must not be empty: their exports always fill it in. Throws import.state. */
function writtenState<T extends string>(states: readonly T[], cell = ''): T {
  const state = oneOf('import.state', states, cell)
  if (state) return state
  throw new ImportFault('import.state', { value: '', allowed: states.join(', ') })
}

/** Converts a Keila row to our columns. */
function fromKeila({ email, status, inserted_at, updated_at, double_opt_in_at }: Cells): ImportCells {
  const common = { email, created_at: inserted_at }
  const state = writtenState(['active', 'unsubscribed', 'unreachable'], status)
  if (state === 'unreachable')
    return { ...common, state: 'suppressed', suppressed_reason: 'dead', suppressed_at: updated_at }
  if (state === 'unsubscribed') return { ...common, state, unsubscribed_at: updated_at }
  const how = isNever(double_opt_in_at) ? '' : 'Keila double opt-in'
  return { ...common, state: 'active', confirmed_at: double_opt_in_at, confirmed_how: how }
}

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
  const value: unknown = undefinedIfThrown(() => JSON.parse(cell))
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw new ImportFault('import.json', { column })
}
