import { setTimeout as sleep } from 'node:timers/promises'
import cron from 'node-cron'
import { watch } from '../flows/operator/notices/watch.ts'
import { failureOf } from '../platform/errors.ts'
import type { ServiceDeps } from '../wiring.ts'
import { nudgeAll, tick } from './tick.ts'

/** How long what is being told may take once the service is asked to stop. */
const LAST_WATCH_MS = 3000

/**
 * Nudges everybody once, then ticks every minute in UTC, where no hour is left out or repeated. `pattern` in cron's
 * form. https://github.com/node-cron/node-cron/issues/509 is why no local hour is ever given to node-cron.
 */
export function startSchedule(deps: ServiceDeps, pattern = '* * * * *'): { stop(): Promise<void> } {
  const safely = (work: (deps: ServiceDeps) => Promise<unknown>) =>
    work(deps).catch((error) => deps.log.error('tick.failed', failureOf(error)))
  // A process that comes back within the minute finds its slot claimed.
  const begun = safely(nudgeAll)
  const options = { timezone: 'UTC', noOverlap: true, name: 'minute' }
  // Beside the ticks: a mail server that does not answer must not hold them up.
  let watching: Promise<void> | undefined
  const tickAndWatch = async () => {
    if (await tick(deps)) watching ??= watch(deps).finally(() => (watching = undefined))
  }
  const task = cron.schedule(pattern, () => safely(tickAndWatch), options)
  return {
    stop: async () => {
      await task.destroy()
      await begun
      await Promise.race([watching, sleep(LAST_WATCH_MS, undefined, { ref: false })])
    },
  }
}
