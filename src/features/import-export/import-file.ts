import { createReadStream } from 'node:fs'
import { type CsvRecord, controlCharacterIn, decodeStream, detectDelimiter, readCsv } from '../../core/csv.ts'
import { ImportFault } from './import-fault.ts'

/** A CSV file, of which the head has been read. */
export interface ImportFile {
  path: string
  delimiter: string
  head: string[]
}

/** Throws import.no-csv, .empty, .not-text, .no-email-column. */
export async function openImportFile(path: string): Promise<ImportFile> {
  const first = await firstRecord(path).catch((error) => {
    throw new ImportFault('import.no-csv', { file: path }, { cause: error })
  })
  if (!first) throw new ImportFault('import.empty')
  const { text, cells } = first
  // UTF-16 without a byte order mark, archives and spreadsheets have NULs here. Further down, a control character only
  // makes us refuse its row.
  if (controlCharacterIn(text)) throw new ImportFault('import.not-text')
  if (!cells) throw new ImportFault('import.no-email-column', { columns: text.trim().slice(0, 100) })
  return { path, delimiter: detectDelimiter(text), head: cells }
}

const recordsIn = (path: string) => readCsv(decodeStream(createReadStream(path)))

async function firstRecord(path: string): Promise<CsvRecord | undefined> {
  for await (const record of recordsIn(path)) return record
  return undefined
}

/** All records after the head. */
export async function* readRecords({ path }: ImportFile): AsyncGenerator<CsvRecord> {
  let isHead = true
  for await (const record of recordsIn(path)) {
    if (!isHead) yield record
    isHead = false
  }
}
