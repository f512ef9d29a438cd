import { flushCompileCache } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import closeWithGrace from 'close-with-grace'
import { addQueue, buildDeps, clockOf } from '../core/deps.ts'
import { errorText } from '../core/errors.ts'
import { openLog } from '../core/log.ts'
import { countingLog } from '../core/metrics.ts'
import { FEATURES } from '../features/index.ts'
import { postSearches } from './post-searches.ts'
import type { ThreadSettings } from './thread-settings.ts'
import { startWorker } from './worker.ts'
import { MAX_STOP_MS, type WorkerThreadCommand, type WorkerThreadMessage } from './worker-thread.ts'

// The program of the thread in worker-thread.ts. The main thread has migrated the database and holds the process lock.
const { config, clockBeganAt } = workerData as ThreadSettings
const post = (message: WorkerThreadMessage) => parentPort!.postMessage(message)
const log = countingLog(openLog(config.LOG_LEVEL), (event, fields) => post({ event, fields }))
const options = { features: FEATURES, log, clock: clockOf(config, clockBeganAt) }
const { deps, close } = await addQueue(await buildDeps(config, options))
const { searchThread, onReply } = postSearches(post)
const worker = await startWorker({ ...deps, searchThread })
const grace = closeWithGrace({ delay: MAX_STOP_MS, logger: false }, async ({ err }) => {
  if (err) log.error('service.crashed', { what: err.stack ?? errorText(err) })
  await worker.stop()
  await close()
  await worker.close()
})
parentPort!.on('message', (command: WorkerThreadCommand) => {
  if (command === 'ping') post('pong')
  else if (command === 'stop') grace.close()
  else onReply(command)
})
post('started')
flushCompileCache()
