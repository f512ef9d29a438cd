import { setTimeout as sleep } from 'node:timers/promises'
import { monotonicMs } from '../core/clock.ts'
import { dayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { errorFields, Fault } from '../core/errors.ts'
import type { Log } from '../core/log.ts'
import { createFetchClient, type FetchClient } from '../sources/fetch-client.ts'
import { baseUrlsIn, fetchPolicyOf, keyFor, type NamedSource, requireSource } from '../sources/registry.ts'
import {
  type FetchedDay,
  type FetchPolicy,
  type Identifier,
  MAX_PAPERS_A_DAY,
  type RefusedEntry,
  type SourceRecord,
} from '../sources/source.ts'
import {
  claimSourceDay,
  closePastDay,
  dueSourceDays,
  lastFetchOf,
  recordFailedFetch,
  recordImport,
  recordSuccessfulFetch,
  recordThrottled,
  type SourceDayKey,
} from '../sources/source-day.repo.ts'
import { type SourceDayOutcome, stoppedReason } from '../sources/source-day-state.ts'
import { keyText } from './group-duplicates.ts'
import { listedOnDay, papersWithoutDate, unseenBy } from './known-papers.repo.ts'
import { type RecordedListings, recordListings } from './listing.repo.ts'
import { type PaperKey, titleKey } from './paper-key.ts'

/**
 * Fetches every source day that is due. Services are fetched in parallel, so one that does not respond delays no other.
 * For each service, today is first, then the oldest day. If a service does not respond or asks for a pause, its other
 * days wait for the next run.
 */
export async function ingestDue(deps: Deps, options: IngestOptions = {}): Promise<void> {
  const now = deps.clock.now()
  const due = await dueSourceDays(deps.db, { sources: deps.config.SOURCES, now })
  const isToday = ({ day }: SourceDayKey) => Number(day === dayOf(now))
  const inOrder = due.toSorted((a, b) => isToday(b) - isToday(a))
  const lanes = Map.groupBy(inOrder, ({ source }) => fetchPolicyOf(requireSource(source)).service)
  await Promise.all([...lanes.values()].map((lane) => fetchLane(deps, lane, options)))
}

const ENDS_THE_LANE = ['source.unreachable', 'source.rate-limited', 'source.no-budget', 'source.held']

async function fetchLane(deps: Deps, lane: readonly SourceDayKey[], options: IngestOptions): Promise<void> {
  for (const { source, day } of lane) {
    if (options.signal?.aborted) return
    try {
      const isOurs = await claimSourceDay(deps.db, { source, day }, deps.clock.now())
      if (isOurs) await ingestDay(deps, { source, day, ...options })
    } catch (error) {
      if (options.signal?.aborted) return
      const code = error instanceof Fault ? error.code : ''
      if (code === 'source.held') deps.log.info('source.held', { source, day, ...errorFields(error) })
      else deps.log.error('source.failed', { source, day, ...errorFields(error) })
      if (ENDS_THE_LANE.includes(code)) return
    }
  }
}

/** The longest total pause of one fetch: shorter than the time for which a process claims the day. */
const MAX_PAUSE_MS = 10 * 60_000
/** How many skipped entries of one fetch are logged; the total count is logged too. */
const MAX_LOGGED = 20

interface IngestOptions {
  /** Waits between two attempts. */
  wait?(ms: number): Promise<unknown>
  /** Once aborted, no further request is sent. */
  signal?: AbortSignal
  /** Overrides the source's fetch policy, for test servers. */
  fetchPolicy?: Partial<FetchPolicy>
}

export interface IngestDayInput extends SourceDayKey, IngestOptions {
  dryRun?: boolean
}

type InputWithWait = IngestDayInput & Required<Pick<IngestDayInput, 'wait'>>

export interface IngestedDay extends SourceDayKey, RecordedListings {
  refused: RefusedEntry[]
  /** The state of the day after the fetch; undefined after a dry run. */
  stands?: Pick<SourceDayOutcome, 'state' | 'reason'>
}

/**
 * Fetches one source day, and records papers, identifiers and listings in one transaction. A failed fetch changes no
 * paper: it is recorded with the source day and thrown as source.* or papers.rejected. Throws source.unknown, and
 * source.not-begun for a future day.
 */
export async function ingestDay(deps: Deps, asked: IngestDayInput): Promise<IngestedDay> {
  const input = { ...asked, wait: limitedWait(asked) }
  const { source, day, dryRun } = input
  const named = requireSource(source)
  const today = dayOf(deps.clock.now())
  if (day > today) throw new Fault('source.not-begun', { day, today })
  if (named.source.isRolling && day < today) return passedDay(deps, input)
  const { db, log, config } = deps
  const fetchClient = createFetchClient({
    db,
    log,
    source,
    day,
    wait: input.wait,
    signal: input.signal,
    fetchPolicy: { ...fetchPolicyOf(named), ...input.fetchPolicy },
    contact: config.OPERATOR_EMAIL ?? config.BASE_URL,
    key: keyFor(named.source, config),
  })
  try {
    return await fetchAndRecord(deps, named, input, fetchClient)
  } catch (error) {
    if (error instanceof Fault && !dryRun)
      await recordFault(deps, { source, day }, error, fetchClient.requestCount())
    throw error
  }
}

async function fetchAndRecord(
  deps: Deps,
  named: NamedSource,
  input: InputWithWait,
  { request, requestCount }: FetchClient,
): Promise<IngestedDay> {
  const { source, day, dryRun } = input
  const started = monotonicMs()
  const lastFetch = await lastFetchOf(deps.db, source)
  const fetchedDay = await named.source.fetchDay({
    ...fetchDayInput(deps, input),
    lastFetch,
    section: named.section,
    request,
  })
  const { isRolling } = named.source
  const { records, refused, reason, movedTo } = isRolling
    ? fetchedDay
    : await withoutRepeats(deps, input, fetchedDay)
  const now = deps.clock.now()
  const firstSeen = isRolling && { lastFetch }
  // Record the papers and the state of the day in one transaction: a process may die in between.
  let stands: IngestedDay['stands']
  const recorded = await recordListings(
    deps.db,
    { source, day, records, now, dryRun, ...(firstSeen && { firstSeen }) },
    async (tx, { listed, revised, rejected }, earlier) => {
      for (const one of [...earlier, { day, papers: listed }]) requireFewPapers({ source, ...one })
      for (const one of earlier) await recordImport(tx, { source, ...one, now })
      const { state, reason: why } = await recordSuccessfulFetch(tx, {
        source,
        day,
        papers: listed,
        revised,
        requests: requestCount(),
        reason,
        movedTo,
        now,
        rejected: rejected.map(({ paper }) => paper),
      })
      if (!dryRun) stands = { state, reason: why }
    },
  )
  const ms = Math.round(monotonicMs() - started)
  const ingested = { source, day, ...recorded, refused, stands }
  logIngested(deps.log, ingested, { requests: requestCount(), reason, ms })
  return ingested
}

function requireFewPapers({ source, day, papers }: SourceDayKey & { papers: number }): void {
  if (papers <= MAX_PAPERS_A_DAY) return
  throw new Fault('source.too-many', { source, day, count: papers, most: MAX_PAPERS_A_DAY })
}

/** A rolling source returns only what it has today. */
async function passedDay(deps: Deps, { source, day, dryRun }: IngestDayInput): Promise<IngestedDay> {
  if (!dryRun) await closePastDay(deps.db, { source, day, now: deps.clock.now() })
  const none = { added: 0, changed: 0, unchanged: 0, listed: 0, revised: 0 }
  return { source, day, ...none, rejected: [], refused: [] }
}

function logIngested(
  log: Log,
  { source, day, refused, rejected, stands: _, ...counts }: IngestedDay,
  about: { requests: number; reason?: string; ms: number },
): void {
  for (const { index, why } of refused.slice(0, MAX_LOGGED))
    log.warn('source.record-refused', { source, day, index, why })
  for (const { paper, why } of rejected.slice(0, MAX_LOGGED))
    log.warn('source.record-refused', { source, day, paper, why })
  const left = { refused: refused.length, rejected: rejected.length }
  log.info('source.fetched', { source, day, ...about, ...counts, ...left })
}

async function recordFault({ db, clock }: Deps, name: SourceDayKey, fault: Fault, requests: number) {
  const { status, seconds, what } = fault.values as { status?: number; seconds?: number; what?: string }
  const now = clock.now()
  const detail = stoppedReason(fault.code) && what
  if (fault.code === 'source.held') await recordThrottled(db, { ...name, now, seconds: seconds! })
  else await recordFailedFetch(db, { ...name, now, fault: fault.code, status, detail, seconds, requests })
}

/** Waits as long as the source asks for, up to ten minutes in total; then throws source.held. */
function limitedWait({
  source,
  day,
  signal,
  wait = (ms) => sleep(ms, undefined, { signal }),
}: IngestDayInput) {
  let pausedMs = 0
  return async (ms: number) => {
    pausedMs += ms
    if (pausedMs > MAX_PAUSE_MS)
      throw new Fault('source.held', { source, day, seconds: Math.ceil(ms / 1000) })
    await wait(ms)
  }
}

function fetchDayInput({ db, config, clock, log }: Deps, { source, day, wait }: InputWithWait) {
  return {
    source,
    day,
    now: clock.now(),
    urls: baseUrlsIn(config),
    wait,
    unseen: (keys: readonly Identifier[]) => unseenBy(db, { source, day, keys }),
    listed: (keys: readonly Identifier[]) => listedOnDay(db, { source, day, keys }),
    withoutDate: (keys: readonly Identifier[]) => papersWithoutDate(db, keys),
    warn: (what: string) => log.warn('source.odd', { source, day, what }),
  }
}

/**
 * If a source lists only papers of another day, the day has not arrived yet: the source repeats that day's list. Papers
 * that this day has already still belong to it.
 */
async function withoutRepeats({ db }: Deps, { source, day }: IngestDayInput, fetched: FetchedDay) {
  const keys = fetched.records.filter(({ kind }) => kind !== 'revised').flatMap(namesOf)
  if (keys.length === 0) return fetched
  const unseen = await unseenBy(db, { source, day, keys })
  if (unseen.size > 0) return fetched
  const had = await listedOnDay(db, { source, day, keys })
  const own = fetched.records.filter((record) => namesOf(record).some((key) => had.has(keyText(key))))
  return { ...fetched, records: own, reason: own.length > 0 ? fetched.reason : ('repeated' as const) }
}

/** Its identifiers, or its title if it has none. */
const namesOf = ({ keys, title }: SourceRecord): PaperKey[] => (keys.length > 0 ? keys : [titleKey(title)])
