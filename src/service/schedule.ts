import { setTimeout as sleep } from 'node:timers/promises'
import { schedule } from 'node-cron'
import { endSignupsIncident } from '../account/signup/subscribe.ts'
import { endUnknownLinksIncident } from '../account/unknown-links.ts'
import { monotonicMs } from '../core/clock.ts'
import { DAY_MS, MINUTE_MS } from '../core/dates.ts'
import type { ServiceDeps } from '../core/deps.ts'
import { errorFields } from '../core/errors.ts'
import { nudgeNames, runAfterTick } from '../core/feature-nudge.ts'
import { claimTick, deleteTicksBefore } from '../core/tick.repo.ts'
import { deleteIdleBuckets } from '../limits/permits.repo.ts'
import { endDomainIncidents } from '../limits/send-rate.repo.ts'

/** How long work after a tick, such as an alert, may take once the service stops. */
const AFTER_TICK_GRACE_MS = 3000
const EVERY_MINUTE = '* * * * *'
/** By default node-cron drops a run that starts more than a second late, as on a busy machine. */
const TOLERANCE_MS = 59_000
const MAX_SILENCE_MS = 70_000
const CHECK_EVERY_MS = 5_000

/** Nudges every kind of work once, then ticks every minute; `expression` is for tests. */
export function startSchedule(deps: ServiceDeps, expression?: string): { stop(): Promise<void> } {
  const safely = (work: (deps: ServiceDeps) => Promise<unknown>) =>
    work(deps).catch((error) => deps.log.error('tick.failed', errorFields(error)))
  // A process that restarts within the minute finds its slot claimed, so it nudges once at start.
  const firstNudges = safely(nudgeAll)
  // Ticks do not wait for it: the mail server of an alert may not reply.
  let afterTick: Promise<void> | undefined
  const tickAndRun = async () => {
    if (await tick(deps)) afterTick ??= runAfterTick(deps).finally(() => (afterTick = undefined))
  }
  let ticking: Promise<unknown> | undefined
  const job = startMinuteJob(() => {
    ticking ??= safely(tickAndRun).finally(() => (ticking = undefined))
  }, expression)
  return {
    stop: async () => {
      job.stop()
      await Promise.all([firstNudges, ticking])
      await Promise.race([afterTick, sleep(AFTER_TICK_GRACE_MS, undefined, { ref: false })])
    },
  }
}

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

const KEEP_TICKS_MS = 2 * DAY_MS
/** If the claim of a slot is older than this, the slot came again because the clock was set back. */
const RECLAIM_AFTER_SECONDS = 90

/**
 * One tick: the process that claims the minute's slot nudges every kind of work and returns true. Rows record what is
 * due, so a missed tick delays it by a minute and loses nothing.
 */
export async function tick(deps: ServiceDeps): Promise<boolean> {
  const now = deps.clock.now()
  const slot = new Date(Math.floor(now.getTime() / MINUTE_MS) * MINUTE_MS)
  if (!(await claimTick(deps.db, 'minute', slot, { againAfterSeconds: RECLAIM_AFTER_SECONDS }))) return false
  await nudgeAll(deps)
  await deleteTicksBefore(deps.db, new Date(now.getTime() - KEEP_TICKS_MS))
  await deleteIdleBuckets(deps.db)
  await endDomainIncidents(deps.db)
  await endSignupsIncident(deps)
  await endUnknownLinksIncident(deps)
  deps.log.info('tick.claimed', { slot: slot.toISOString() })
  return true
}

/** Sends one nudge for every kind of work. */
export async function nudgeAll({ queue, features }: ServiceDeps): Promise<void> {
  for (const nudge of nudgeNames(features)) await queue.nudge(nudge)
}
