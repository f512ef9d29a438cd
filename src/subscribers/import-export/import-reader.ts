import type { Config } from '../../config/config.ts'
import { type CsvRecord, controlCharacterIn, MAX_RECORD_LENGTH, unescapeFormula } from '../../core/csv.ts'
import { readTypedSettings } from '../read-signup.ts'
import { columnList, columnName, type ImportFormat, type ImportHead, readHead } from './import-columns.ts'
import { ImportFault } from './import-fault.ts'
import {
  type ForeignCells,
  fromKeila,
  fromListmonk,
  type ListmonkStatus,
  topicsInJson,
} from './import-foreign.ts'
import { createRowReader, type ImportCells, type ImportRow } from './import-row.ts'
import { readTopicsCell } from './topics-cell.ts'

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
