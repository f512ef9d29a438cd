import { setTimeout as sleep } from 'node:timers/promises'
import cron from 'node-cron'
import { watch } from '../flows/operator/notices/watch.ts'
import { forgetIdleBuckets } from '../platform/bucket-store.ts'
import { DAY_MS } from '../platform/dates.ts'
import { failureOf } from '../platform/errors.ts'
import { NUDGES } from '../platform/queue.ts'
import { claimTick, forgetTicksBefore } from '../platform/tick-store.ts'
import type { ServiceDeps } from '../wiring.ts'

const MINUTE_MS = 60_000
/** How long what is being told may take once the service is asked to stop. */
const LAST_WATCH_MS = 3000
const KEEP_TICKS_MS = 2 * DAY_MS

/**
 * One tick: the process that claims the minute's slot nudges everybody to look whether there is work. What is due
 * stands in rows, so a tick that never came costs a minute and nothing else.
 */
export async function tick(deps: ServiceDeps): Promise<boolean> {
  const now = deps.clock.now()
  const slot = new Date(Math.floor(now.getTime() / MINUTE_MS) * MINUTE_MS)
  if (!(await claimTick(deps.db, 'minute', slot))) return false
  await nudgeAll(deps)
  await forgetTicksBefore(deps.db, new Date(now.getTime() - KEEP_TICKS_MS))
  await forgetIdleBuckets(deps.db)
  deps.log.info('tick.claimed', { slot: slot.toISOString() })
  return true
}

async function nudgeAll({ queue }: ServiceDeps): Promise<void> {
  for (const nudge of NUDGES) await queue.nudge(nudge)
}

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
