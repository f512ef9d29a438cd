import { DAY_MS } from '../../core/dates.ts'
import type { ServiceDeps } from '../../core/deps.ts'
import { NUDGES } from '../../core/queue.ts'
import { forgetIdleBuckets } from '../../core/rate-limit.ts'
import { claimTick, forgetTicksBefore } from '../../core/tick.repo.ts'
import { endDomainTroubles } from '../../mail/rate-limits/domain-trouble.repo.ts'
import { forgetIdlePaces } from '../../mail/rate-limits/pace.repo.ts'

const MINUTE_MS = 60_000
const KEEP_TICKS_MS = 2 * DAY_MS
/** A slot whose claim is older than this has come again, because the clock was set back. */
const AGAIN_AFTER_SECONDS = 90

/**
 * One tick: the process that claims the minute's slot starts every kind of work. Rows record what is due, so a missed
 * tick delays it by a minute and loses nothing.
 */
export async function tick(deps: ServiceDeps): Promise<boolean> {
  const now = deps.clock.now()
  const slot = new Date(Math.floor(now.getTime() / MINUTE_MS) * MINUTE_MS)
  if (!(await claimTick(deps.db, 'minute', slot, { againAfterSeconds: AGAIN_AFTER_SECONDS }))) return false
  await nudgeAll(deps)
  await forgetTicksBefore(deps.db, new Date(now.getTime() - KEEP_TICKS_MS))
  await forgetIdleBuckets(deps.db)
  await forgetIdlePaces(deps.db)
  await endDomainTroubles(deps.db)
  deps.log.info('tick.claimed', { slot: slot.toISOString() })
  return true
}

/** Starts every kind of work once, if there is some. */
export async function nudgeAll({ queue }: ServiceDeps): Promise<void> {
  for (const nudge of NUDGES) await queue.nudge(nudge)
}
