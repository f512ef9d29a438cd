import { Worker as Thread } from 'node:worker_threads'
import type { SearchThread, SearchThreadJob } from '../core/deps.ts'
import type { Metrics } from '../core/metrics.ts'
import { type PlainError, toPlainError } from '../core/plain-error.ts'
import type { ThreadMessage, ThreadSettings } from './thread-settings.ts'
import type { Worker } from './worker.ts'
import type { WorkerWatchdog } from './worker-watchdog.ts'

/** How long a process, or the thread of its worker, may take to stop. */
export const MAX_STOP_MS = 35_000

/** Messages to the thread. It replies `pong` to `ping`, from its event loop. */
export type WorkerThreadCommand = 'ping' | 'stop' | SearchReply

/** Messages from the thread: `started`, then replies, log lines, and jobs for the search thread of this process. */
export type WorkerThreadMessage = 'started' | 'pong' | ThreadMessage | SearchRequest

export interface SearchRequest {
  search: SearchThreadJob
  /** Repeated in the reply. */
  requestId: number
}

export type SearchReply = Pick<SearchRequest, 'requestId'> & ({ result: unknown } | { error: PlainError })

/**
 * Runs the role worker in a thread of its own, so that a request that keeps the main thread busy cannot make it lose
 * its leases. If the thread ends unexpectedly or hangs, that is an uncaught error of this process, which ends with 1 so
 * that its supervisor starts it again. A process with the role worker only has no such thread and nothing that pings
 * it: if it hangs, its leases end, other workers take its messages, and the alert says that no worker is running.
 */
export async function startWorkerThread(
  settings: ThreadSettings,
  { count }: Metrics,
  { watchdog, searchThread }: { watchdog: WorkerWatchdog; searchThread: SearchThread },
): Promise<Pick<Worker, 'stop'>> {
  const thread = new Thread(new URL('./worker-program.ts', import.meta.url), { workerData: settings })
  const started = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<void>()
  let isStarted = false
  let isExpected = false
  const fail = (error: Error) => {
    if (isExpected) return
    isExpected = true // the thread also exits after an error
    if (isStarted) throw error
    started.reject(error)
  }
  thread.on('message', (message: WorkerThreadMessage) => {
    if (message === 'pong') return watchdog.onReply()
    if (message !== 'started') {
      if ('event' in message) return count(message.event, message.fields)
      return void runSearch(searchThread, message).then(send)
    }
    isStarted = true
    started.resolve()
  })
  thread.once('exit', ended.resolve)
  thread.once('error', fail)
  thread.once('exit', (code) => fail(new Error(`the worker thread ended with exit code ${code}`)))
  const send = (command: WorkerThreadCommand) => thread.postMessage(command)
  await started.promise
  const stopping = new AbortController()
  const onHung = () => {
    void thread.terminate()
    fail(new Error('the worker thread does not reply'))
  }
  watchdog.untilHung(() => send('ping'), stopping.signal).then(onHung, () => {})
  return {
    stop: async () => {
      isExpected = true
      stopping.abort()
      send('stop')
      await ended.promise
    },
  }
}

async function runSearch(
  searchThread: SearchThread,
  { search, requestId }: SearchRequest,
): Promise<SearchReply> {
  try {
    return { requestId, result: await searchThread.run(search) }
  } catch (error) {
    return { requestId, error: toPlainError(error) }
  }
}
