import { setTimeout as sleep } from 'node:timers/promises'
import type { ServiceDeps } from '../../core/deps.ts'
import { errorFields } from '../../core/errors.ts'
import { runAlerts } from '../../operator/alerts/run-alerts.ts'
import { startMinuteJob } from './minute-job.ts'
import { nudgeAll, tick } from './tick.ts'

/** How long an alert in progress may take once the service stops. */
const ALERT_GRACE_MS = 3000

/** Nudges every kind of work once, then ticks every minute; `expression` is for tests. */
export function startSchedule(deps: ServiceDeps, expression?: string): { stop(): Promise<void> } {
  const safely = (work: (deps: ServiceDeps) => Promise<unknown>) =>
    work(deps).catch((error) => deps.log.error('tick.failed', errorFields(error)))
  // A process that restarts within the minute finds its slot claimed, so it nudges once at start.
  const firstNudges = safely(nudgeAll)
  // Ticks do not wait for alerts: a mail server may not reply.
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
