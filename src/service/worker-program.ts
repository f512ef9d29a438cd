import { parentPort, workerData } from 'node:worker_threads'
import closeWithGrace from 'close-with-grace'
import { clockOf, wire, wireQueue } from '../core/deps.ts'
import { textOf } from '../core/errors.ts'
import { openLog } from '../core/log.ts'
import { countedLog } from '../core/metrics.ts'
import { startWorker } from './worker.ts'
import { MAX_STOP_MS, type ThreadData, type ThreadMessage } from './worker-thread.ts'

// What the thread of worker-thread.ts runs. The main thread has migrated the database and says that we run.
const { config, clockBeganAt } = workerData as ThreadData
const tell = (message: ThreadMessage) => parentPort!.postMessage(message)
const log = countedLog(openLog(config.LOG_LEVEL), (event, fields) => tell({ event, fields }))
const { deps, close } = await wireQueue(await wire(config, { log, clock: clockOf(config, clockBeganAt) }))
const worker = await startWorker(deps)
const grace = closeWithGrace({ delay: MAX_STOP_MS, logger: false }, async ({ err }) => {
  if (err) log.error('service.crashed', { what: err.stack ?? textOf(err) })
  await worker.stop()
  await close()
  await worker.close()
})
parentPort!.once('message', grace.close)
tell('started')
