import { createReadStream } from 'node:fs'
import { appendFile, stat, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { type CsvRecord, csvLine } from '../../core/csv.ts'
import type { Fault } from '../../core/errors.ts'
import { ImportFault } from './import-fault.ts'
import type { ImportFile } from './import-file.ts'

export interface RefusedRow {
  record: CsvRecord
  fault: Fault
}

/**
 * Full path of the file of refused rows: a new file, or an existing one of refused rows with the same columns. Throws
 * import.refused-is-file, .refused-exists.
 */
export async function refusedPath(imported: ImportFile, file: string): Promise<string> {
  const path = resolve(file)
  const there = await stat(path).catch(() => undefined)
  if (!there || there.isCharacterDevice()) return path
  const { dev, ino } = await stat(imported.path)
  if (there.dev === dev && there.ino === ino) throw new ImportFault('import.refused-is-file', { file })
  const begin = headLine(imported)
  const found = () => text(createReadStream(path, { end: Buffer.byteLength(begin) - 1 }))
  if (!there.isFile() || (there.size > 0 && (await found()) !== begin))
    throw new ImportFault('import.refused-exists', { file })
  return path
}

const headLine = ({ head, delimiter }: ImportFile): string => csvLine([...head, 'line', 'reason'], delimiter)

/**
 * Adds rows to the file of refused rows: the columns of the imported file, then `line` and `reason`. The first ones
 * write it anew; if no row is refused, it stays as it is.
 */
export async function writeRefused(
  path: string,
  imported: ImportFile,
  { rows, isFirst }: { rows: readonly RefusedRow[]; isFirst: boolean },
): Promise<void> {
  if (isFirst) await writeFile(path, headLine(imported), { mode: 0o600 })
  await appendFile(path, rows.map((row) => refusedLine(row, imported)).join(''))
}

/** Pads the cells to the width of the head, so that line and reason are in their columns. */
function refusedLine({ record, fault }: RefusedRow, { head, delimiter }: ImportFile): string {
  const { cells, text, line } = record
  const own = cells ?? [text]
  const last = own.slice(head.length - 1).join(' ')
  const padded = head.map((_, i) => (i < head.length - 1 ? (own[i] ?? '') : last))
  return csvLine([...padded, String(line), fault.message.replaceAll('\n', ' ')], delimiter)
}
