import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import { type Action, recordAction } from '../../core/action.repo.ts'
import { CsvReader, type CsvRecord } from '../../core/csv.ts'
import type { Deps } from '../../core/deps.ts'
import { Fault } from '../../core/errors.ts'
import { redact } from '../../core/log.ts'
import { randomId } from '../../core/secrets.ts'
import { recordSignupRequest } from '../record-signup-request.ts'
import { subscriberById } from '../subscriber.repo.ts'
import { type ImportedPendingPage, importedPendingAfter } from '../subscriber-lists.repo.ts'
import { topicsOf } from '../topic.repo.ts'
import { type ImportRun, ImportStore, type NewRun } from './import.repo.ts'
import type { ImportFormat } from './import-columns.ts'
import { ImportFault } from './import-fault.ts'
import { createRecordReader, type ReadingOptions, type RecordReader } from './import-reader.ts'
import { IncomingRows } from './incoming-rows.ts'
import {
  type ImportFile,
  openImportFile,
  type RefusedRow,
  RefusedRows,
  readRecords,
  refusedPath,
} from './refused-rows.ts'
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
}

export interface SubscriberImportResult extends ImportRun {
  format: ImportFormat
  ignored: string[]
  /** Path of the refused rows; null if no row was refused. */
  refusedFile: string | null
  /** Rows that an earlier, interrupted run had processed. */
  resumedAt: number
  /** There was an interrupted run, but its refused rows are gone or in another file. */
  begunAnew: boolean
  asked: number
}

export const isAllRefused = ({ rows, refused }: Pick<ImportRun, 'rows' | 'refused'>): boolean =>
  rows > 0 && refused === rows

const BATCH_ROWS = 10_000
/** The first batches are small, so that the database soon has one to store. */
const FIRST_BATCH_ROWS = 500
/** Reading them takes about 0.4 ms. Then the database, which works on the batch before, gets its next statement. */
const ROWS_PER_YIELD = 8
const NOTHING: ImportRun = {
  rows: 0,
  taken: 0,
  unchanged: 0,
  refused: 0,
  tally: { states: {}, reasons: {}, examples: {} },
  refusedBytes: 0,
}

/**
 * Imports subscribers from a file. Existing subscribers keep their data, suppressed and unsubscribed ones stay so, and
 * only those who are asked to confirm get an email. An interrupted run resumes. Throws import.* and query.* for a file
 * or an option that cannot be read; rows that cannot be read go to the file of refused rows.
 */
export async function importSubscribers(deps: Deps, input: ImportInput): Promise<SubscriberImportResult> {
  const { config, clock, db, log } = deps
  const { ask = false, dryRun = false, via = 'command' } = input
  const now = clock.now()
  const file = await openImportFile(input.file)
  const reader = createRecordReader({ config, now }, file.head, input)
  const { format, ignored, unread } = reader.head
  await requireNoOneLeft(file, unread)
  const refusedFile = await refusedPath(file, input.refusedFile ?? `${input.file}.refused.csv`)
  const named = { id: runId(file, input), file: input.file, format, refusedFile }
  const store = await ImportStore.open(deps.databaseUrl, { id: named.id, rehearsal: dryRun })
  try {
    const interrupted = await store.interruptedRun(named.id)
    const begunAnew = interrupted !== undefined && !(await hasRefusedRows(interrupted, refusedFile))
    const begun = { ...NOTHING, ...(!begunAnew && interrupted), ...named }
    const refused = new RefusedRows(refusedFile, file, begun.refusedBytes)
    const run = await importAll({ store, file, refused, reader, begun, now, input })
    const asked = ask && !dryRun ? await requestConfirmations(deps) : 0
    const { id: _, file: __, rows, taken, unchanged, ...rest } = run
    const counts = { rows, taken, unchanged, refused: run.refused, asked }
    if (!dryRun) {
      const action = { at: now, via, verb: 'subscribers import' }
      await recordAction(db, { ...action, detail: JSON.stringify(counts) })
      log.info('subscribers.imported', { format, ...counts })
    }
    const written = run.refusedBytes > 0 ? refusedFile : null
    return { ...rest, ...counts, format, ignored, refusedFile: written, resumedAt: begun.rows, begunAnew }
  } finally {
    await store.close()
  }
}

/** Whether the rows that an interrupted run refused are still in the file for refused rows. */
const hasRefusedRows = async (
  { refusedBytes, refusedFile }: ImportRun & Pick<NewRun, 'refusedFile'>,
  path: string,
): Promise<boolean> =>
  refusedBytes === 0 ||
  (refusedFile === path && (await stat(path).catch(() => ({ size: 0 }))).size >= refusedBytes)

/** Hashes everything that affects the rows: other options make another run of the same file. */
const runId = ({ hash }: ImportFile, { from, consent, topics, subscription }: ReadingOptions): string =>
  createHash('sha256')
    .update(JSON.stringify([hash, from, consent, topics, subscription]))
    .digest('hex')

interface ImportContext {
  store: ImportStore
  file: ImportFile
  refused: RefusedRows
  reader: RecordReader
  begun: NewRun & ImportRun
  now: Date
  input: ImportInput
}

/** Reads the next batch while the database stores the current one. */
async function importAll(context: ImportContext): Promise<NewRun & ImportRun> {
  const { store, now } = context
  let run = context.begun
  let stored = Promise.resolve()
  for await (const batch of batchesOf(context)) {
    await stored
    stored = storeBatch(context, batch, run).then((next) => {
      run = next
    })
    // The next await gets the error; until then it must not count as an unhandled rejection.
    stored.catch(() => {})
  }
  await stored
  await store.save(run, { now, done: true })
  await context.refused.close()
  return run
}

async function storeBatch(
  { store, file, refused, reader, now }: ImportContext,
  batch: Batch,
  run: NewRun & ImportRun,
): Promise<NewRun & ImportRun> {
  const stored = await store.store(batch.rows, { now, parse: reader.parse })
  const rows = [...batch.refused, ...blockedRows(batch, stored.blocked, file)].sort(
    (a, b) => a.record.line - b.record.line,
  )
  const states = reader.head.format === 'suppressions' ? { suppressed: stored.suppressed } : stored.states
  const taken = Object.values(states).reduce((sum, count) => sum + count, 0)
  const next = {
    ...run,
    rows: run.rows + batch.records.length,
    taken: run.taken + taken,
    unchanged: run.unchanged + batch.records.length - rows.length - taken,
    refused: run.refused + rows.length,
    tally: {
      states: added(run.tally.states, Object.entries(states)),
      reasons: added(
        run.tally.reasons,
        rows.map(({ fault }) => [fault.code, 1]),
      ),
      examples: { ...firstExamples(rows), ...run.tally.examples },
    },
    refusedBytes: await refused.add(rows),
  }
  await store.commit(next, now)
  return next
}

function blockedRows(
  { records }: Batch,
  blocked: { line: number; reason: string; since: Date }[],
  { delimiter }: ImportFile,
): RefusedRow[] {
  const byLine = new Map(records.map((record) => [record.line, record]))
  return blocked.map(({ line, reason, since }) => {
    const { text } = byLine.get(line)!
    const reader = new CsvReader(delimiter)
    const [record] = [...reader.push(text), ...reader.end()]
    const values = { reason, since: since.toISOString().slice(0, 10) }
    return { record: { ...record!, line }, fault: new ImportFault('import.gets-no-mail', values) }
  })
}

/** The first row for each reason, with a message that has no address. */
const firstExamples = (rows: readonly RefusedRow[]): ImportRun['tally']['examples'] =>
  Object.fromEntries(
    rows.toReversed().map(({ record: { line }, fault }) => [fault.code, { line, message: scrubbed(fault) }]),
  )

/** Redacts only values from the row: the sentence itself may show an example address. */
function scrubbed({ entry, values }: Fault): string {
  const texts = Object.entries(values).map(([name, value]) => [name, redact(String(value))])
  return new Fault(entry, Object.fromEntries(texts)).message
}

function added(counts: Record<string, number>, more: [string, number][]): Record<string, number> {
  const sum = { ...counts }
  for (const [name, count] of more) sum[name] = (sum[name] ?? 0) + count
  return sum
}

interface Batch {
  /** Without their cells, which would take more memory than all else. */
  records: CsvRecord[]
  rows: IncomingRows
  refused: RefusedRow[]
}

const emptyBatch = (): Batch => ({ records: [], rows: new IncomingRows(), refused: [] })

async function* batchesOf({ file, begun, reader, input }: ImportContext): AsyncGenerator<Batch> {
  const { batchRows = BATCH_ROWS } = input
  let batch = emptyBatch()
  let ids = new Set<string>()
  let read = 0
  for await (const records of readRecords(file)) {
    for (const record of records) {
      if (read % ROWS_PER_YIELD === 0) await setImmediate()
      if (read++ < begun.rows) continue
      addRecord(batch, record, { reader, ids })
      if (batch.records.length < Math.min(batchRows, FIRST_BATCH_ROWS + read / 4)) continue
      yield batch
      batch = emptyBatch()
      ids = new Set()
    }
  }
  if (batch.records.length > 0) yield batch
}

/** Rows that cannot be read are refused one by one. If two lines have the same id, the first one keeps it. */
function addRecord(
  { records, rows, refused }: Batch,
  record: CsvRecord,
  { reader, ids }: { reader: RecordReader; ids: Set<string> },
): void {
  records.push({ ...record, cells: null })
  try {
    const row = reader.read(record)
    const own = row.id !== null && !ids.has(row.id) ? row.id : null
    if (own) ids.add(own)
    rows.add({ ...row, line: record.line, id: own ?? randomId(80), spare_id: own && randomId(80) })
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault
    refused.push({ record, fault })
  }
}

const LOOK_AT = 5000

/**
 * Sends a confirmation email to every imported pending subscriber who has not been asked yet. Each is committed before
 * the next one, so that another run resumes. Returns the number of emails.
 */
async function requestConfirmations(deps: Deps): Promise<number> {
  let mails = 0
  let after: string | null = ''
  while (after !== null) {
    const { ids, last }: ImportedPendingPage = await importedPendingAfter(deps.db, { after, look: LOOK_AT })
    for (const id of ids) mails += (await requestConfirmation(deps, id)) ? 1 : 0
    after = last
  }
  return mails
}

async function requestConfirmation(deps: Deps, id: string): Promise<boolean> {
  const subscriber = await subscriberById(deps.db, id)
  if (!subscriber) return false
  const { address, addressKey: key, zone, hour, days, maxPapers, format, detail, related } = subscriber
  const topics = await topicsOf(deps.db, id)
  const request = { topics, zone, hour, days, maxPapers, format, detail, related }
  const { mail } = await recordSignupRequest(deps, { address: { address, key }, request, how: 'import' })
  return mail !== null
}
