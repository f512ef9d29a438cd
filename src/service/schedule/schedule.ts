import { setTimeout as sleep } from 'node:timers/promises'
import type { ServiceDeps } from '../../core/deps.ts'
import { failureOf } from '../../core/errors.ts'
import { watch } from '../../operator/alerts/watch.ts'
import { startMinuteJob } from './minute-job.ts'
import { nudgeAll, tick } from './tick.ts'

/** How long an alert that is being sent may take once the service is asked to stop. */
const LAST_WATCH_MS = 3000

/** Nudges every kind of work once, then ticks every minute; `expression` is for tests. */
export function startSchedule(deps: ServiceDeps, expression?: string): { stop(): Promise<void> } {
  const safely = (work: (deps: ServiceDeps) => Promise<unknown>) =>
    work(deps).catch((error) => deps.log.error('tick.failed', failureOf(error)))
  // A process that comes back within the minute finds its slot claimed.
  const begun = safely(nudgeAll)
  // Ticks do not wait for this: a mail server may not answer.
  let watching: Promise<void> | undefined
  const tickAndWatch = async () => {
    if (await tick(deps)) watching ??= watch(deps).finally(() => (watching = undefined))
  }
  let ticking: Promise<unknown> | undefined
  const job = startMinuteJob(() => {
    ticking ??= safely(tickAndWatch).finally(() => (ticking = undefined))
  }, expression)
  return {
    stop: async () => {
      job.stop()
      await Promise.all([begun, ticking])
      await Promise.race([watching, sleep(LAST_WATCH_MS, undefined, { ref: false })])
    },
  }
}
