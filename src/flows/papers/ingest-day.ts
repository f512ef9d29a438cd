import { setTimeout as sleep } from 'node:timers/promises'
import { type Recorded, recordListings } from '../../papers/listing-store.ts'
import { stopwatch } from '../../platform/clock.ts'
import { Fault, failureOf } from '../../platform/errors.ts'
import { fetchDay } from '../../sources/huggingface/huggingface-client.ts'
import { parseDay } from '../../sources/huggingface/parse-day.ts'
import {
  claimSourceDay,
  dueSourceDays,
  recordFailure,
  recordFetch,
  type SourceDayName,
} from '../../sources/source-day-store.ts'
import type { ParsedRecords, Refused } from '../../sources/source-record.ts'
import type { Deps } from '../../wiring.ts'

type Wait = (ms: number) => Promise<unknown>

export interface IngestDay extends SourceDayName {
  /** Counts what would change, and changes nothing. */
  dryRun?: boolean
  /** How to wait between two tries. */
  wait?: Wait
  /** Once aborted, no further request is made. */
  signal?: AbortSignal
}

export interface Ingested extends SourceDayName, Recorded {
  refused: Refused[]
}

/**
 * Asks a source for one day, and records papers, identifiers and listings. A fetch that fails changes no paper: it is
 * recorded with the source day and thrown as source.*.
 */
export async function ingestDay(deps: Deps, input: IngestDay): Promise<Ingested> {
  const { source, day, dryRun } = input
  const started = stopwatch()
  const { records, refused, pages } = await fetchRecords(deps, input)
  for (const { index, why } of refused) deps.log.warn('source.record-refused', { source, day, index, why })
  const now = deps.clock.now()
  const recorded = await recordListings(deps.db, { source, day, records, now, dryRun })
  if (!dryRun) await recordFetch(deps.db, { source, day, papers: recorded.listed, now })
  const ms = Math.round(stopwatch() - started)
  deps.log.info('source.fetched', { source, day, pages, ...recorded, refused: refused.length, ms })
  return { source, day, ...recorded, refused }
}

async function fetchRecords(deps: Deps, input: IngestDay): Promise<ParsedRecords & { pages: number }> {
  const { source, day, dryRun } = input
  try {
    return await askSource(deps, input)
  } catch (error) {
    if (error instanceof Fault && !dryRun && error.code !== 'source.unknown') {
      const { status, seconds } = error.values as { status?: number; seconds?: number }
      await recordFailure(deps.db, { source, day, now: deps.clock.now(), fault: error.code, status, seconds })
    }
    throw error
  }
}

async function askSource({ config, log }: Deps, input: IngestDay) {
  const { source, day, signal, wait = (ms: number) => sleep(ms, undefined, { signal }) } = input
  if (source !== 'huggingface') throw new Fault('source.unknown', { source, known: 'huggingface' })
  const contact = config.OPERATOR_EMAIL ?? config.BASE_URL
  const { entries, pages } = await fetchDay({ baseUrl: config.HF_URL, day, contact, log, wait, signal })
  const parsed = parseDay(entries)
  const [first] = parsed.refused
  if (first && parsed.records.length === 0)
    throw new Fault('source.unreadable', { source, day, count: entries.length, why: first.why })
  return { ...parsed, pages }
}

/** Fetches every source day that is due, oldest first. One that fails does not keep the others waiting. */
export async function ingestDue(
  deps: Deps,
  { wait, signal }: Pick<IngestDay, 'wait' | 'signal'> = {},
): Promise<void> {
  const due = await dueSourceDays(deps.db, { sources: deps.config.SOURCES, now: deps.clock.now() })
  for (const { source, day } of due) {
    if (signal?.aborted) return
    try {
      const isOurs = await claimSourceDay(deps.db, { source, day }, deps.clock.now())
      if (isOurs) await ingestDay(deps, { source, day, wait, signal })
    } catch (error) {
      if (signal?.aborted) return
      deps.log.error('source.failed', { source, day, ...failureOf(error) })
    }
  }
}
