import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import {
  CsvReader,
  type CsvRecord,
  controlCharacterIn,
  decodeStream,
  detectDelimiter,
} from '../../core/csv.ts'
import { Fault } from '../../core/errors.ts'
import { ImportFault } from './import-fault.ts'

const HEAD_BYTES = 256 * 1024
// Small, so that between two pieces the database gets its next statement: it works on the batch before.
const PIECE_BYTES = 16 * 1024

/** A CSV file that is read twice: for its hash, then record by record. */
export interface ImportFile {
  path: string
  bytes: number
  hash: string
  delimiter: string
  /** The cells of its first record. */
  head: string[]
}

/** Throws import.no-csv, .empty, .not-text, .no-email-column. */
export async function openImportFile(path: string): Promise<ImportFile> {
  try {
    const { size: bytes } = await stat(path)
    const hash = createHash('sha256')
    for await (const piece of createReadStream(path)) hash.update(piece as Buffer)
    return { path, bytes, hash: hash.digest('hex'), ...(await headOf(path)) }
  } catch (error) {
    if (error instanceof Fault) throw error
    throw new ImportFault('import.no-csv', { file: path }, { cause: error })
  }
}

async function headOf(path: string): Promise<Pick<ImportFile, 'delimiter' | 'head'>> {
  let text = ''
  for await (const piece of decodeStream(createReadStream(path, { highWaterMark: HEAD_BYTES }))) {
    text += piece
    if (text.trimStart().includes('\n') || text.length > HEAD_BYTES) break
  }
  if (text.trim() === '') throw new ImportFault('import.empty')
  const line = text.trimStart().split('\n', 1)[0]!
  // UTF-16 without a byte order mark, archives and spreadsheets have NULs here. Further down, a control character only
  // makes us refuse its row.
  if (controlCharacterIn(line)) throw new ImportFault('import.not-text')
  const delimiter = detectDelimiter(line)
  const reader = new CsvReader(delimiter)
  const [first] = [...reader.push(text), ...reader.end()]
  if (!first?.cells) throw new ImportFault('import.no-email-column', { columns: line.trim().slice(0, 100) })
  return { delimiter, head: first.cells }
}

/** A part of a file: its records, and how many bytes of it are read so far. */
export interface FilePart {
  records: CsvRecord[]
  bytesRead: number
}

/** All records after the head, a few hundred at a time. */
export async function* readRecords({ path, delimiter }: ImportFile): AsyncGenerator<FilePart> {
  const stream = createReadStream(path, { highWaterMark: PIECE_BYTES })
  const reader = new CsvReader(delimiter)
  let isFirst = true
  const part = (records: CsvRecord[]): FilePart => {
    const body = isFirst ? records.slice(1) : records
    isFirst &&= records.length === 0
    return { records: body, bytesRead: stream.bytesRead }
  }
  for await (const piece of decodeStream(stream)) yield part(reader.push(piece))
  yield part(reader.end())
}
