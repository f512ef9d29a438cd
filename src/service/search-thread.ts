import { Piscina } from 'piscina'
import type { SearchThread, SearchThreadJob } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import type { Metrics } from '../core/metrics.ts'
import { fromPlainError } from '../core/plain-error.ts'
import { inSlotOf, NoSlot, Semaphore } from '../limits/semaphore.ts'
import type { JobOutcome, PostedJob } from './search-program.ts'
import type { ThreadMessage, ThreadSettings } from './thread-settings.ts'

/** A visitor's search that takes longer ends with search.too-long. It includes reading the newest papers after a start. */
const MAX_JOB_MS = 10_000
/** A thread without a reply for as long does not reply any more. */
const HUNG_MS = 120_000
const FILE = new URL('./search-program.ts', import.meta.url).href
/** The service itself gets every second slot, so that visitors do not delay its digests. */
const SERVICE = ''

export interface RunningSearchThread extends SearchThread {
  stop(): Promise<void>
}

/**
 * The thread with the papers in memory. It starts with the first search and runs one job at a time, round robin between
 * networks. A thread that ends, or hangs, fails its job, and the next job starts another.
 */
export function openSearchThread(
  settings: ThreadSettings,
  { count }: Pick<Metrics, 'count'>,
  { filename = FILE, maxJobMs = MAX_JOB_MS, hungMs = HUNG_MS } = {},
): RunningSearchThread {
  const pool = new Piscina<PostedJob, JobOutcome>({
    filename,
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: Number.POSITIVE_INFINITY,
    // Otherwise the thread would not read papers between two jobs.
    atomics: 'disabled',
    workerData: settings,
    recordTiming: false,
  })
  pool.on('message', ({ event, fields }: ThreadMessage) => count(event, fields))
  let isStopped = false
  const post = async (job: PostedJob): Promise<JobOutcome> => {
    const signal = AbortSignal.timeout(hungMs) // this ends the thread
    try {
      return await pool.run(job, { signal })
    } catch (cause) {
      if (isStopped) throw new NoSlot('total')
      throw signal.aborted ? new Fault('search.too-long', { seconds: hungMs / 1000 }, { cause }) : cause
    }
  }
  const run = (job: SearchThreadJob, maxMs: number) => post({ ...job, maxMs })
  return {
    ...oneAtATime(run, maxJobMs),
    stop: () => {
      isStopped = true
      return pool.destroy()
    },
  }
}

/** Runs one job at a time, round robin between networks. `run` gets the milliseconds that the job may take. */
export function oneAtATime(
  run: (job: SearchThreadJob, maxMs: number) => Promise<JobOutcome>,
  maxJobMs = MAX_JOB_MS,
): SearchThread {
  const slots = new Semaphore({ total: 1, maxWaiting: 100, maxWaitingPerKey: 8, privilegedKey: SERVICE })
  return {
    run: async (job, { network: key = SERVICE, signal, maxWaitMs, onSpent } = {}) => {
      const maxMs = key === SERVICE ? Number.POSITIVE_INFINITY : maxJobMs
      const outcome = await inSlotOf(slots, { key, signal, maxWaitMs }, () => run(job, maxMs))
      onSpent?.(outcome.spentMs)
      if ('error' in outcome) throw fromPlainError(outcome.error)
      return outcome.result
    },
  }
}
