import { randomUUID } from 'node:crypto'
import type { DatabaseOrTransaction } from '../core/database/database.ts'
import type { Day } from '../core/dates.ts'
import { Fault } from '../core/errors.ts'
import { acquireHost, releaseHost } from './host-throttle.repo.ts'
import type { FetchPolicy } from './source.ts'

/** If a process dies during a request, its lock expires this long after the request's timeout. */
const HOLD_MARGIN_MS = 5000
/** The longest wait for the lock while other processes send requests. */
const MAX_WAIT_MS = 600_000
/** A single attempt tries to get the lock at least this often. */
const MIN_ATTEMPTS = 5

export interface HostThrottleOptions {
  /** Without a database there is no throttle, as the requests of other processes are unknown. */
  db?: DatabaseOrTransaction
  /** "arxiv:cs.CL" */
  source: string
  day: Day
  fetchPolicy: FetchPolicy
  wait(ms: number): Promise<unknown>
  signal?: AbortSignal
  /** For health checks: send one request, and wait up to `turnMs` for the lock. */
  singleAttempt?: { turnMs: number }
}

/**
 * Runs `work` when no other process sends a request to the service. If the service asks for a pause, all processes keep
 * it. Throws source.held if the wait for the lock is too long.
 */
export async function withHostThrottle<T>(options: HostThrottleOptions, work: () => Promise<T>): Promise<T> {
  const { db, fetchPolicy } = options
  if (!db || fetchPolicy.gapMs === 0) return work()
  const holder = randomUUID()
  const { service } = fetchPolicy
  await acquire(options, db, holder)
  let restMs = fetchPolicy.gapMs
  try {
    return await work()
  } catch (error) {
    const seconds = error instanceof Fault ? Number(error.values.seconds ?? 0) : 0
    restMs = Math.max(restMs, seconds * 1000)
    throw error
  } finally {
    await releaseHost(db, { service, holder, restMs })
  }
}

// The holder usually releases the lock early, so poll once per gap.
async function acquire(
  options: HostThrottleOptions,
  db: DatabaseOrTransaction,
  holder: string,
): Promise<void> {
  const { source, day, fetchPolicy, wait, signal } = options
  const { service, timeoutMs } = fetchPolicy
  const holdMs = timeoutMs + HOLD_MARGIN_MS
  let waited = 0
  for (;;) {
    signal?.throwIfAborted()
    const ms = await acquireHost(db, { service, holder, holdMs })
    if (ms === 0) return
    const pause = pauseBeforeRetry(options, waited, ms)
    if (pause === undefined) throw new Fault('source.held', { source, day, seconds: Math.ceil(ms / 1000) })
    waited += pause
    await wait(pause)
  }
}

// Undefined if the wait would be too long. The lock is held for up to `ms` more.
function pauseBeforeRetry(
  { fetchPolicy: { gapMs }, singleAttempt }: HostThrottleOptions,
  waited: number,
  ms: number,
): number | undefined {
  if (!singleAttempt) return waited + ms > MAX_WAIT_MS ? undefined : Math.min(ms, gapMs)
  const pause = Math.min(ms, gapMs, singleAttempt.turnMs / (MIN_ATTEMPTS - 1))
  return waited + pause > singleAttempt.turnMs ? undefined : pause
}
