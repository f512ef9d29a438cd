import { setTimeout as sleep } from 'node:timers/promises'
import type { ServiceDeps } from '../../core/deps.ts'
import { errorFields } from '../../core/errors.ts'
import { runAlerts } from '../../operator/alerts/run-alerts.ts'
import { startMinuteJob } from './minute-job.ts'
import { nudgeAll, tick } from './tick.ts'

/** How long an alert that is being sent may take once the service is asked to stop. */
const ALERT_GRACE_MS = 3000

/** Nudges every kind of work once, then ticks every minute; `expression` is for tests. */
export function startSchedule(deps: ServiceDeps, expression?: string): { stop(): Promise<void> } {
  const safely = (work: (deps: ServiceDeps) => Promise<unknown>) =>
    work(deps).catch((error) => deps.log.error('tick.failed', errorFields(error)))
  // A process that comes back within the minute finds its slot claimed.
  const firstNudges = safely(nudgeAll)
  // Ticks do not wait for this: a mail server may not answer.
  let watching: Promise<void> | undefined
  const tickAndWatch = async () => {
    if (await tick(deps)) watching ??= runAlerts(deps).finally(() => (watching = undefined))
  }
  let ticking: Promise<unknown> | undefined
  const job = startMinuteJob(() => {
    ticking ??= safely(tickAndWatch).finally(() => (ticking = undefined))
  }, expression)
  return {
    stop: async () => {
      job.stop()
      await Promise.all([firstNudges, ticking])
      await Promise.race([watching, sleep(ALERT_GRACE_MS, undefined, { ref: false })])
    },
  }
}
