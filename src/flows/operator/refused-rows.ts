import { type FileHandle, open } from 'node:fs/promises'
import { type CsvRecord, csvLine } from '../../platform/csv.ts'
import type { Fault } from '../../platform/errors.ts'

/** A row that was not taken, and why. */
export interface RefusedRow {
  record: CsvRecord
  fault: Fault
}

/**
 * The file of refused rows: the columns of the file, then `line` and `reason`. It is made with the first of them, and
 * none is left where there was none.
 */
export class RefusedRows {
  readonly path: string
  readonly #head: string[]
  readonly #delimiter: string
  #file: FileHandle | undefined
  #bytes: number

  /** `told` bytes are of rows that an earlier run dealt with; what comes after them is written anew. */
  constructor(path: string, { head, delimiter, told }: { head: string[]; delimiter: string; told: number }) {
    this.path = path
    this.#head = head
    this.#delimiter = delimiter
    this.#bytes = told
  }

  /** Returns how many bytes the file has with these. */
  async add(rows: readonly RefusedRow[]): Promise<number> {
    if (rows.length === 0) return this.#bytes
    this.#file ??= await this.#open()
    const text = rows.map(({ record, fault }) => this.#line(record, fault)).join('')
    const { bytesWritten } = await this.#file.write(text, this.#bytes)
    this.#bytes += bytesWritten
    return this.#bytes
  }

  async close(): Promise<void> {
    await this.#file?.close()
  }

  async #open(): Promise<FileHandle> {
    const kept = this.#bytes > 0 ? await open(this.path, 'r+').catch(() => undefined) : undefined
    await kept?.truncate(this.#bytes)
    if (kept) return kept
    const file = await open(this.path, 'w', 0o600)
    const head = csvLine([...this.#head, 'line', 'reason'], this.#delimiter)
    this.#bytes = (await file.write(head, 0)).bytesWritten
    return file
  }

  /** As many cells as the head has, so that line and reason stand under their names. */
  #line({ cells, text, line }: CsvRecord, fault: Fault): string {
    const width = this.#head.length
    const own = cells ?? [text]
    const fitting = own.length > width ? [...own.slice(0, width - 1), own.slice(width - 1).join(' ')] : own
    const filled = Array.from({ length: width }, (_, i) => fitting[i] ?? '')
    return csvLine([...filled, String(line), fault.message.replaceAll('\n', ' ')], this.#delimiter)
  }
}
