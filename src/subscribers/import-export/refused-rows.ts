import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import {
  CsvReader,
  type CsvRecord,
  controlCharacterIn,
  csvLine,
  decodeStream,
  detectDelimiter,
} from '../../core/csv.ts'
import { Fault } from '../../core/errors.ts'
import { ImportFault } from './import-fault.ts'

export interface RefusedRow {
  record: CsvRecord
  fault: Fault
}

/**
 * Full path of the file of refused rows: a new file, or an existing one of refused rows with the same columns. Throws
 * import.refused-is-file, .refused-exists.
 */
export async function refusedPath(
  { path: imported, head, delimiter }: ImportFile,
  file: string,
): Promise<string> {
  const path = resolve(file)
  const there = await stat(path).catch(() => undefined)
  if (!there || there.isCharacterDevice()) return path
  const { dev, ino } = await stat(imported)
  if (there.dev === dev && there.ino === ino) throw new ImportFault('import.refused-is-file', { file })
  const begin = headLine(head, delimiter)
  const found = () => text(createReadStream(path, { end: Buffer.byteLength(begin) - 1 }))
  if (!there.isFile() || (there.size > 0 && (await found()) !== begin))
    throw new ImportFault('import.refused-exists', { file })
  return path
}

const headLine = (head: readonly string[], delimiter: string): string =>
  csvLine([...head, 'line', 'reason'], delimiter)

/**
 * The file of refused rows: the columns of the imported file, then `line` and `reason`. The first refused row creates
 * it; if no row is refused, there is no file.
 */
export class RefusedRows {
  readonly #path: string
  readonly #head: string[]
  readonly #delimiter: string
  #file: FileHandle | undefined
  #bytes: number

  /** The first `bytes` bytes are rows that an earlier run processed; everything after them is overwritten. */
  constructor(path: string, { head, delimiter }: ImportFile, bytes: number) {
    this.#path = path
    this.#head = head
    this.#delimiter = delimiter
    this.#bytes = bytes
  }

  /** Returns the size of the file in bytes after adding them. */
  async add(rows: readonly RefusedRow[]): Promise<number> {
    if (rows.length === 0) return this.#bytes
    this.#file ??= await this.#open()
    const lines = rows.map((row) => this.#line(row)).join('')
    this.#bytes += (await this.#file.write(lines, this.#bytes)).bytesWritten
    return this.#bytes
  }

  async close(): Promise<void> {
    await this.#file?.close()
  }

  async #open(): Promise<FileHandle> {
    const isContinued = this.#bytes > 0
    const file = await open(this.#path, isContinued ? 'r+' : 'w', 0o600)
    if (isContinued) await file.truncate(this.#bytes)
    else this.#bytes = (await file.write(headLine(this.#head, this.#delimiter), 0)).bytesWritten
    return file
  }

  /** Pads the cells to the width of the head, so that line and reason are in their columns. */
  #line({ record: { cells, text, line }, fault }: RefusedRow): string {
    const width = this.#head.length
    const own = cells ?? [text]
    const fitting = own.length > width ? [...own.slice(0, width - 1), own.slice(width - 1).join(' ')] : own
    const filled = Array.from({ length: width }, (_, i) => fitting[i] ?? '')
    return csvLine([...filled, String(line), fault.message.replaceAll('\n', ' ')], this.#delimiter)
  }
}

const HEAD_BYTES = 256 * 1024

/** A CSV file that is read twice: for its hash, then record by record. */
export interface ImportFile {
  path: string
  hash: string
  delimiter: string
  head: string[]
}

/** Throws import.no-csv, .empty, .not-text, .no-email-column. */
export async function openImportFile(path: string): Promise<ImportFile> {
  try {
    const hash = createHash('sha256')
    for await (const piece of createReadStream(path)) hash.update(piece as Buffer)
    return { path, hash: hash.digest('hex'), ...(await headOf(path)) }
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

/** All records after the head, those of some hundred lines at a time. */
export async function* readRecords({ path, delimiter }: ImportFile): AsyncGenerator<Iterable<CsvRecord>> {
  const reader = new CsvReader(delimiter)
  let hasHead = false
  for await (const piece of decodeStream(createReadStream(path))) yield body(reader.push(piece))
  yield body(reader.end())

  function* body(records: Iterable<CsvRecord>) {
    for (const record of records) {
      if (hasHead) yield record
      hasHead = true
    }
  }
}
