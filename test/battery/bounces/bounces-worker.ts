// Listens for what comes back, and reads it: bounces-worker.ts [POINT:N]. Prints "ready" when it listens; on SIGTERM it
// ends, and prints what it took as JSON. A real service has more beside it, and a queue in the place of the call.
import { flushCompileCache } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { startIntake } from '../../../src/bounces/intake.ts'
import { readReports } from '../../../src/bounces/read-reports.ts'
import { openReportReader, type ReportReader } from '../../../src/bounces/report-reader.ts'
import { readConfig, readEnvironment } from '../../../src/config/config.ts'
import { buildDeps } from '../../../src/core/deps.ts'
import { errorText } from '../../../src/core/errors.ts'
import type { Queue } from '../../../src/core/queue.ts'
import { firstAnswer } from '../bench/first-answer.ts'

export interface WorkerReport {
  /** Of the whole process, its threads too. */
  restMb: number
  peakMb: number
  /** Milliseconds that it took to read each mail, in order of size. */
  readMs: number[]
}

/** As a tick does for what a lost nudge leaves. */
const LOOK_EVERY_MS = 100
const megabytes = (): number => Math.round(process.resourceUsage().maxRSS / 1024)

const { deps, close } = await buildDeps(readConfig(readEnvironment({ dotEnv: false })))
const stopping = new AbortController()
process.once('SIGTERM', () => stopping.abort())

let wake = () => {}
const queue: Queue = { nudge: async () => wake(), onNudge: async () => {}, stop: async () => {} }
const readMs: number[] = []
const reader = timed(openReportReader())
const intake = await startIntake({ ...deps, queue })
await firstAnswer(deps.db)
const restMb = megabytes()
flushCompileCache()
console.log('ready')

while (!stopping.signal.aborted) {
  const nudged = new Promise<void>((resolve) => {
    wake = resolve
  })
  try {
    await readReports({ ...deps, reader }, { signal: stopping.signal })
  } catch (error) {
    deps.log.error('report.refused', { what: errorText(error) })
  }
  await Promise.race([nudged, sleep(LOOK_EVERY_MS)])
}
await intake.stop()
await reader.close()
await close()
const report: WorkerReport = { restMb, peakMb: megabytes(), readMs: readMs.sort((a, b) => a - b) }
console.log(JSON.stringify(report))

function timed({ read, close }: ReportReader): ReportReader {
  return {
    close,
    read: async (raw) => {
      const begun = performance.now()
      try {
        return await read(raw)
      } finally {
        readMs.push(Math.round(performance.now() - begun))
      }
    },
  }
}
