import { setTimeout as sleep } from 'node:timers/promises'
import { watch } from '../flows/operator/notices/watch.ts'
import { failureOf } from '../platform/errors.ts'
import type { ServiceDeps } from '../wiring.ts'
import { MINUTE_MS, nudgeAll, tick } from './tick.ts'

/** How long what is being told may take once the service is asked to stop. */
const LAST_WATCH_MS = 3000

/**
 * Nudges everybody once, then ticks whenever a minute begins; `everyMs` for tests. How long to wait is reckoned anew
 * each time: a clock that jumps, whichever way, costs one tick at most.
 */
export function startSchedule(deps: ServiceDeps, everyMs = MINUTE_MS): { stop(): Promise<void> } {
  const safely = (work: (deps: ServiceDeps) => Promise<unknown>) =>
    work(deps).catch((error) => deps.log.error('tick.failed', failureOf(error)))
  // A process that comes back within the minute finds its slot claimed.
  const begun = safely(nudgeAll)
  // Beside the ticks: a mail server that does not answer must not hold them up.
  let watching: Promise<void> | undefined
  const tickAndWatch = async () => {
    if (await tick(deps)) watching ??= watch(deps).finally(() => (watching = undefined))
  }
  let timer: NodeJS.Timeout
  let ticking: Promise<unknown> | undefined
  let stopped = false
  const waitForNext = () => {
    if (stopped) return
    timer = setTimeout(
      () => {
        ticking = safely(tickAndWatch).finally(waitForNext)
      },
      untilNext(deps.clock.now(), everyMs),
    )
  }
  waitForNext()
  return {
    stop: async () => {
      stopped = true
      clearTimeout(timer)
      await Promise.all([begun, ticking])
      await Promise.race([watching, sleep(LAST_WATCH_MS, undefined, { ref: false })])
    },
  }
}

/** Milliseconds until the next of the instants that lie so far apart, counted from midnight. */
const untilNext = (now: Date, everyMs: number): number => everyMs - (now.getTime() % everyMs)
