import { setImmediate } from 'node:timers/promises'
import { type Action, recordAction } from '../../core/action.repo.ts'
import type { CsvRecord } from '../../core/csv.ts'
import { batchLimits } from '../../core/database/database.ts'
import { withRollback } from '../../core/database/with-rollback.ts'
import type { Deps } from '../../core/deps.ts'
import { Fault } from '../../core/errors.ts'
import { redact } from '../../core/log.ts'
import { recordSignupRequest } from '../../subscribers/record-signup-request.ts'
import { subscriberById } from '../../subscribers/subscriber.repo.ts'
import { importedPending } from '../../subscribers/subscriber-lists.repo.ts'
import { topicsOf } from '../../subscribers/topic.repo.ts'
import { ImportFault } from './import-fault.ts'
import { type ImportFile, openImportFile, readRecords } from './import-file.ts'
import type { ImportFormat } from './import-formats.ts'
import { createRecordReader, type ReadingOptions, type RecordReader } from './import-reader.ts'
import { type RefusedRow, refusedPath, writeRefused } from './refused-rows.ts'
import { type Row, storeRows } from './store-rows.ts'
import { requireNoOneLeft } from './who-left.ts'

export interface ImportInput extends ReadingOptions {
  file: string
  /** Path of the file of refused rows; by default next to the imported file. */
  refusedFile?: string
  /** Send a confirmation to each pending subscriber. */
  ask?: boolean
  /** Reads everything and reports the same, but changes only the file of refused rows. */
  dryRun?: boolean
  batchRows?: number
  /** For the operator's log; default: command. */
  via?: Action['via']
  by?: Action['by']
}

export interface ImportCounts {
  rows: number
  taken: number
  /** Rows whose address is already here, and the duplicates. */
  unchanged: number
  /** Of these: rows whose address an earlier row of the file has brought. */
  duplicates: number
  refused: number
  tally: {
    states: Record<string, number>
    reasons: Record<string, number>
    /** The first row that was refused for each reason, without its address. */
    examples: Record<string, { line: number; message: string }>
  }
}

export interface SubscriberImportResult extends ImportCounts {
  format: ImportFormat
  ignored: string[]
  /** Path of the refused rows; null if no row was refused. */
  refusedFile: string | null
  asked: number
}

export const isAllRefused = ({ rows, refused }: Pick<ImportCounts, 'rows' | 'refused'>): boolean =>
  rows > 0 && refused === rows

/** Each batch is one transaction. */
const BATCH_ROWS = 1000

/**
 * Imports subscribers from a file. Existing subscribers keep their data, suppressed and unsubscribed ones stay so, and
 * only those who are asked to confirm get an email. After an interruption, another run leaves those who are in as they
 * are and adds the rest. Throws import.* and query.* for a file or an option that cannot be read; rows that cannot be
 * read go to the file of refused rows.
 */
export async function importSubscribers(deps: Deps, input: ImportInput): Promise<SubscriberImportResult> {
  const { config, clock, db, log } = deps
  const { ask = false, dryRun = false, via = 'command', by, batchRows = BATCH_ROWS } = input
  const now = clock.now()
  const file = await openImportFile(input.file)
  const reader = createRecordReader({ config, now }, file.head, input)
  const { format, ignored, unread } = reader.head
  await requireNoOneLeft(file, unread)
  const refusedFile = await refusedPath(file, input.refusedFile ?? `${input.file}.refused.csv`)

  const importAll = async (within: Deps): Promise<ImportCounts> => {
    const counts = { rows: 0, taken: 0, unchanged: 0, duplicates: 0, refused: 0 }
    const all = { ...counts, tally: { states: {}, reasons: {}, examples: {} } }
    for await (const batch of oneAhead(readBatches(file, reader, batchRows))) {
      const { states, duplicates, refused } = await storeBatch(within, batch, now)
      if (refused.length > 0)
        await writeRefused(refusedFile, file, { rows: refused, isFirst: all.refused === 0 })
      count(all, { rows: batch.rows.size + batch.refused.length, states, duplicates, refused })
    }
    return all
  }
  const { tally, ...counts } = dryRun ? await withRollback(deps, importAll) : await importAll(deps)
  const asked = ask && !dryRun ? await requestConfirmations(deps) : 0
  if (!dryRun) {
    const detail = JSON.stringify({ ...counts, asked })
    await recordAction(db, { at: now, via, by, verb: 'subscribers import', detail })
    log.info('subscribers.imported', { format, ...counts, asked })
  }
  return { ...counts, tally, format, ignored, refusedFile: counts.refused > 0 ? refusedFile : null, asked }
}

interface Batch {
  /** The rows that can be read. */
  rows: Map<Row, CsvRecord>
  refused: RefusedRow[]
}

/** Lets the event loop turn after each row: on the admin page, an import runs in the process that answers visitors. */
async function* readBatches(file: ImportFile, reader: RecordReader, size: number): AsyncGenerator<Batch> {
  let batch: Batch = { rows: new Map(), refused: [] }
  for await (const record of readRecords(file)) {
    readInto(batch, record, reader)
    await setImmediate()
    if (batch.rows.size + batch.refused.length < size) continue
    yield batch
    batch = { rows: new Map(), refused: [] }
  }
  if (batch.rows.size + batch.refused.length > 0) yield batch
}

function readInto({ rows, refused }: Batch, record: CsvRecord, reader: RecordReader): void {
  try {
    rows.set(reader.read(record), record)
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault
    refused.push({ record, fault })
  }
}

/** Prepares the next item while the caller works with one. */
async function* oneAhead<T>(items: AsyncGenerator<T>): AsyncGenerator<T> {
  try {
    for (let next = items.next(); ; ) {
      const { done, value } = await next
      if (done) return
      next = items.next()
      next.catch(() => {}) // thrown when it is awaited
      yield value
    }
  } finally {
    await items.return(undefined)
  }
}

/** Stores the rows that can be read. Returns the other ones, in the order of the file. */
async function storeBatch({ db }: Deps, batch: Batch, now: Date) {
  const { rows } = batch
  const { states, duplicates, blocked } = await db.$transaction(
    (tx) => storeRows(tx, [...rows.keys()], now),
    batchLimits(),
  )
  const refused = [...batch.refused]
  for (const [row, { reason, at }] of blocked) {
    const fault = new ImportFault('import.gets-no-mail', { reason, since: at.toISOString().slice(0, 10) })
    refused.push({ record: rows.get(row)!, fault })
  }
  return { states, duplicates, refused: refused.sort((a, b) => a.record.line - b.record.line) }
}

/** Adds a batch to the counts. */
function count(
  counts: ImportCounts,
  batch: {
    rows: number
    states: Record<string, number>
    duplicates: number
    refused: readonly RefusedRow[]
  },
): void {
  const { states, reasons, examples } = counts.tally
  const taken = Object.values(batch.states).reduce((sum, n) => sum + n, 0)
  counts.rows += batch.rows
  counts.taken += taken
  counts.refused += batch.refused.length
  const unchanged = batch.rows - batch.refused.length - taken
  counts.unchanged += unchanged
  // A second row may also have suppressed the person of the first, and counts as taken then.
  counts.duplicates += Math.min(batch.duplicates, unchanged)
  for (const [state, n] of Object.entries(batch.states)) states[state] = (states[state] ?? 0) + n
  for (const { record, fault } of batch.refused) {
    reasons[fault.code] = (reasons[fault.code] ?? 0) + 1
    examples[fault.code] ??= { line: record.line, message: scrubbed(fault) }
  }
}

/** Redacts only values from the row: the sentence itself may show an example address. */
function scrubbed({ entry, values }: Fault): string {
  const texts = Object.entries(values).map(([name, value]) => [name, redact(String(value))])
  return new Fault(entry, Object.fromEntries(texts)).message
}

/**
 * Sends a confirmation email to every imported pending subscriber who has not been asked yet. Each is committed before
 * the next one, so that another run resumes. Returns the number of emails.
 */
async function requestConfirmations(deps: Deps): Promise<number> {
  let mails = 0
  for (const id of await importedPending(deps.db)) {
    const subscriber = await subscriberById(deps.db, id)
    if (!subscriber) continue
    const { address, addressKey: key, zone, hour, days, maxPapers, format, detail, related } = subscriber
    const topics = await topicsOf(deps.db, id)
    const request = { topics, zone, hour, days, maxPapers, format, detail, related }
    const { mail } = await recordSignupRequest(deps, { address: { address, key }, request, how: 'import' })
    if (mail) mails++
  }
  return mails
}
