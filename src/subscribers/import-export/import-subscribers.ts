import { createHash } from 'node:crypto'
import { recordAction } from '../../core/action.repo.ts'
import type { Deps } from '../../core/deps.ts'
import { parseTopic } from '../read-signup.ts'
import { recordSignupRequest } from '../record-signup-request.ts'
import { subscriberById } from '../subscriber.repo.ts'
import { type ImportedPendingPage, importedPendingAfter } from '../subscriber-lists.repo.ts'
import { topicsOf } from '../topic.repo.ts'
import { type ImportRun, ImportStore, type NewRun } from './import.repo.ts'
import { type BatchInput, ImportBatchBuilder } from './import-batch.ts'
import type { ImportFormat } from './import-columns.ts'
import { ImportFault } from './import-fault.ts'
import { createRecordReader, type ReadingOptions } from './import-reader.ts'
import {
  firstExamples,
  hasWrittenBytes,
  type ImportFile,
  openImportFile,
  RefusedRows,
  readRecords,
  refusedPath,
} from './refused-rows.ts'

export interface ImportInput extends ReadingOptions {
  /** Path of a CSV file. */
  file: string
  /** Path of the file of refused rows; by default next to the imported file. */
  refusedFile?: string
  /** Send a confirmation to each pending subscriber. */
  ask?: boolean
  /** Reads everything and reports the same, but changes only the file of refused rows. */
  dryRun?: boolean
  /** Rows per transaction. */
  batchRows?: number
  onProgress?(progress: ImportProgress): void
}

export interface ImportProgress extends ImportRun {
  /** Part of the file, 0 to 1. */
  done: number
}

export interface SubscriberImportResult extends ImportRun {
  format: ImportFormat
  /** Columns that were not read. */
  ignored: string[]
  /** Path of the refused rows; null if there are none. */
  refusedFile: string | null
  /** Rows that an earlier, interrupted run had processed. */
  resumedAt: number
  /** There was an interrupted run, but its refused rows are gone or in another file. */
  begunAnew: boolean
  /** Number of confirmation emails. */
  asked: number
}

const BATCH_ROWS = 5000

/**
 * Imports subscribers from a file. Existing subscribers keep their data, suppressed and unsubscribed ones stay so, and
 * only those who are asked to confirm get an email. An interrupted run resumes. Throws import.* and query.* for a file
 * or an option that cannot be read; rows that cannot be read go to the file of refused rows.
 */
export async function importSubscribers(deps: Deps, input: ImportInput): Promise<SubscriberImportResult> {
  const { config, clock, db, log } = deps
  const now = clock.now()
  const file = await openImportFile(input.file)
  const reader = createRecordReader({ config, now }, file.head, input)
  const { format, ignored } = reader.head
  const id = runId(file, input)
  const path = await refusedPath(file, input.refusedFile ?? `${input.file}.refused.csv`)
  const store = await ImportStore.open(deps.databaseUrl, { id, rehearsal: input.dryRun ?? false })
  try {
    const { begun, begunAnew } = await beginRun(store, id, {
      file: input.file,
      format,
      refusedFile: path,
      now,
    })
    const refused = new RefusedRows(path, { ...file, refusedBytes: begun.refusedBytes })
    const reading = { config, now, reader }
    const run = await importAll({ store, id, file, refused, reading, begun, now, input })
    const asked = input.ask && !input.dryRun ? await requestConfirmations(deps) : 0
    const { rows, taken, unchanged } = run
    const counts = { rows, taken, unchanged, refused: run.refused, asked }
    if (!input.dryRun) {
      await recordAction(db, {
        at: now,
        via: 'command',
        verb: 'subscribers import',
        detail: JSON.stringify(counts),
      })
      log.info('subscribers.imported', { format, ...counts })
    }
    const refusedFile = run.refusedBytes > 0 ? refused.path : null
    return { ...run, format, ignored, refusedFile, resumedAt: begun.rows, begunAnew, asked }
  } finally {
    await store.close()
  }
}

/** Resumes an interrupted run, if the rows that it refused are still in the file for refused rows. */
async function beginRun(store: ImportStore, id: string, run: NewRun) {
  const { refusedFile, ...begun } = await store.begin(id, run)
  const isWhole =
    begun.refusedBytes === 0 ||
    (refusedFile === run.refusedFile && (await hasWrittenBytes(refusedFile, begun.refusedBytes)))
  if (isWhole) return { begun, begunAnew: false }
  await store.forget(id)
  const { refusedFile: _, ...anew } = await store.begin(id, run)
  return { begun: anew, begunAnew: true }
}

/** Hashes everything that affects the rows: other options make another run of the same file. */
const runId = ({ hash }: ImportFile, { from, consent, topics, subscription }: ReadingOptions): string =>
  createHash('sha256')
    .update(JSON.stringify([hash, from, consent, topics, subscription]))
    .digest('hex')

interface ImportContext {
  store: ImportStore
  id: string
  file: ImportFile
  refused: RefusedRows
  reading: BatchInput
  begun: ImportRun
  now: Date
  input: ImportInput
}

/** Reads the next batch while the database stores the current one. */
async function importAll(context: ImportContext): Promise<ImportRun> {
  const { input, store, id, now } = context
  let run = context.begun
  let taken = Promise.resolve()
  for await (const { batch, done } of batchesOf(context)) {
    await taken
    taken = storeBatch(context, batch, run).then((next) => {
      run = next
      input.onProgress?.({ ...next, done })
    })
    // The next await gets the error; until then it must not count as an unhandled rejection.
    taken.catch(() => {})
  }
  await taken
  await store.finish(id, now)
  await context.refused.close()
  return run
}

async function storeBatch(
  { store, id, refused, now }: ImportContext,
  batch: ImportBatchBuilder,
  run: ImportRun,
): Promise<ImportRun> {
  const stored = await store.store({ batch, now, parse: parseTopic })
  const byLine = new Map(stored.blocked.map((one) => [one.line, one]))
  const blocked = batch.records.flatMap((record) => {
    const found = byLine.get(record.line)
    if (!found) return []
    const values = { reason: found.reason, since: found.since.toISOString().slice(0, 10) }
    return [{ record, fault: new ImportFault('import.gets-no-mail', values) }]
  })
  const rows = [...batch.refused, ...blocked].sort((a, b) => a.record.line - b.record.line)
  const came = batch.rows.length > 0 ? stored.created + stored.newlySuppressed : stored.suppressed
  const next: ImportRun = {
    rows: run.rows + batch.records.length,
    taken: run.taken + came,
    unchanged: run.unchanged + batch.records.length - rows.length - came,
    refused: run.refused + rows.length,
    tally: {
      states: added(run.tally.states, Object.entries(stored.states)),
      reasons: added(
        run.tally.reasons,
        rows.map(({ fault }) => [fault.code, 1]),
      ),
      examples: { ...firstExamples(rows), ...run.tally.examples },
    },
    refusedBytes: await refused.add(rows),
  }
  await store.commit(id, next, now)
  return next
}

function added(counts: Record<string, number>, more: [string, number][]): Record<string, number> {
  const sum = { ...counts }
  for (const [name, count] of more) sum[name] = (sum[name] ?? 0) + count
  return sum
}

async function* batchesOf({
  file,
  begun,
  reading,
  input,
}: ImportContext): AsyncGenerator<{ batch: ImportBatchBuilder; done: number }> {
  const size = input.batchRows ?? BATCH_ROWS
  let batch = new ImportBatchBuilder(reading)
  let left = begun.rows
  let done = 0
  for await (const { records, bytesRead } of readRecords(file)) {
    done = file.bytes > 0 ? bytesRead / file.bytes : 1
    for (let from = Math.min(left, records.length); from < records.length; ) {
      const part = records.slice(from, from + size - batch.records.length)
      batch.add(part)
      from += part.length
      if (batch.records.length < size) break
      yield { batch, done }
      batch = new ImportBatchBuilder(reading)
    }
    left = Math.max(0, left - records.length)
  }
  if (batch.records.length > 0) yield { batch, done }
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
  const { address, addressKey: key, zone, hour, days, maxPapers, format, detail } = subscriber
  const request = {
    topics: await topicsOf(deps.db, id),
    zone,
    hour,
    days,
    maxPapers,
    format,
    detail,
  }
  const { mail } = await recordSignupRequest(deps, { address: { address, key }, request, how: 'import' })
  return mail !== null
}
