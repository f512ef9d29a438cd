import { flushCompileCache } from 'node:module'
import { parentPort } from 'node:worker_threads'
import { workerData } from 'piscina'
import { threadCpuMs } from '../core/clock.ts'
import { wrapIfUnavailable } from '../core/database/database.ts'
import { buildDeps, clockOf, type SearchThreadJob } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import { openLog } from '../core/log.ts'
import { countingLog } from '../core/metrics.ts'
import { type PlainError, toPlainError } from '../core/plain-error.ts'
import { FEATURES } from '../features/index.ts'
import { DeadlineExceeded, setDeadline } from '../queries/deadline.ts'
import { runSearchJob } from '../search/in-search-thread.ts'
import { keepArchiveFresh } from '../search/keep-archive-fresh.ts'
import { openNewestArchive } from '../search/open-archive.ts'
import type { ThreadMessage, ThreadSettings } from './thread-settings.ts'

// The program of the thread in search-thread.ts, which runs one job at a time.
const CONNECTIONS = 2

const { config, clockBeganAt } = workerData as ThreadSettings
const post = (message: ThreadMessage) => parentPort!.postMessage(message)
const log = countingLog(openLog(config.LOG_LEVEL), (event, fields) => post({ event, fields }))
const clock = clockOf(config, clockBeganAt)
const { deps } = await buildDeps(config, { features: FEATURES, log, clock, connections: CONNECTIONS })
keepArchiveFresh(deps)

export interface PostedJob extends SearchThreadJob {
  /** Infinity: none. */
  maxMs: number
}

/** The result of a job, or its error. */
export type JobOutcome = { spentMs: number } & ({ result: unknown } | { error: PlainError })

export default async function runJob({ maxMs, ...job }: PostedJob): Promise<JobOutcome> {
  await readNewestOnce()
  const began = threadCpuMs()
  const spentMs = () => threadCpuMs() - began
  setDeadline(maxMs)
  try {
    return { result: await runSearchJob(deps, job), spentMs: spentMs() }
  } catch (thrown) {
    const isTooLong = thrown instanceof DeadlineExceeded
    const error = isTooLong ? new Fault('search.too-long', { seconds: maxMs / 1000 }) : thrown
    return { error: toPlainError(wrapIfUnavailable(error)), spentMs: spentMs() }
  } finally {
    flushOnce()
  }
}

let isFlushed = false
function flushOnce(): void {
  if (!isFlushed) flushCompileCache()
  isFlushed = true
}

let isRead = false
/** Reading the newest papers after a start is no cost of the first search. If it fails, the job says so. */
async function readNewestOnce(): Promise<void> {
  if (isRead) return
  await openNewestArchive(deps).then(
    () => (isRead = true),
    () => {},
  )
}
