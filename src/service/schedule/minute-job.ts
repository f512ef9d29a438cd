import { schedule } from 'node-cron'
import { monotonicMs } from '../../core/clock.ts'

const EVERY_MINUTE = '* * * * *'
/** By default node-cron drops a run that starts more than a second late, as on a busy machine. */
const TOLERANCE_MS = 59_000
const MAX_SILENCE_MS = 70_000
const CHECK_EVERY_MS = 5_000

/**
 * Calls `onBeat` at the start of each minute, UTC, by the machine's clock. `expression` is for tests.
 *
 * If the clock is set back, node-cron waits until it shows the next expected minute. A watchdog, which counts real
 * seconds, then calls `onBeat` and restarts the job.
 */
export function startMinuteJob(onBeat: () => void, expression = EVERY_MINUTE): { stop(): void } {
  let lastBeat = monotonicMs()
  const beat = () => {
    lastBeat = monotonicMs()
    onBeat()
  }
  const job = schedule(expression, beat, {
    timezone: 'UTC',
    missedExecutionTolerance: TOLERANCE_MS,
    suppressMissedWarning: true,
  })
  const watchdog = setInterval(() => {
    if (monotonicMs() - lastBeat < MAX_SILENCE_MS) return
    job.stop()
    job.start()
    beat()
  }, CHECK_EVERY_MS)
  return {
    stop: () => {
      clearInterval(watchdog)
      job.destroy()
    },
  }
}
