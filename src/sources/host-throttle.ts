import { randomUUID } from 'node:crypto'
import type { DatabaseOrTransaction } from '../core/database/database.ts'
import type { Day } from '../core/dates.ts'
import { Fault } from '../core/errors.ts'
import { acquireHost, releaseHost } from './host-throttle.repo.ts'
import type { FetchPolicy } from './source.ts'

/** A process that dies while it asks keeps the gate for so much longer than an answer may take. */
const HOLD_MARGIN_MS = 5000
/** Others may be asking: so long one waits for one's turn. */
const MAX_SLICE_MS = 600_000
/** Whoever only looks tries the gate so many times, or more. */
const MIN_ATTEMPTS = 5

export interface HostThrottleOptions {
  /** Left out, there is no gate: others cannot be known of. */
  db?: DatabaseOrTransaction
  /** "arxiv:cs.CL" */
  source: string
  day: Day
  fetchPolicy: FetchPolicy
  wait(ms: number): Promise<unknown>
  signal?: AbortSignal
  /** Whoever only looks whether a service is well asks once, and waits for their turn for so long at most. */
  singleAttempt?: { turnMs: number }
}

/**
 * Does some work when nobody else asks the service, anywhere. Where it wants to be left alone, everybody leaves it alone
 * for as long. Throws source.held where the gate stays shut for too long.
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

// Whoever holds the gate is done, as a rule, long before it would open by itself: one looks after each gap.
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

// Undefined where the gate, shut for `ms` more unless it is left before, is not waited for.
function pauseBeforeRetry(
  { fetchPolicy: { gapMs }, singleAttempt }: HostThrottleOptions,
  waited: number,
  ms: number,
): number | undefined {
  if (!singleAttempt) return waited + ms > MAX_SLICE_MS ? undefined : Math.min(ms, gapMs)
  const pause = Math.min(ms, gapMs, singleAttempt.turnMs / (MIN_ATTEMPTS - 1))
  return waited + pause > singleAttempt.turnMs ? undefined : pause
}
