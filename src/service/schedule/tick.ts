import { DAY_MS } from '../../core/dates.ts'
import type { ServiceDeps } from '../../core/deps.ts'
import { NUDGES } from '../../core/queue.ts'
import { deleteIdleBuckets } from '../../core/rate-limit.ts'
import { claimTick, deleteTicksBefore } from '../../core/tick.repo.ts'
import { endDomainIncidents } from '../../mail/rate-limits/domain-incident.repo.ts'
import { deleteIdleSendRates } from '../../mail/rate-limits/send-rate.repo.ts'

const MINUTE_MS = 60_000
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
  await deleteIdleSendRates(deps.db)
  await endDomainIncidents(deps.db)
  deps.log.info('tick.claimed', { slot: slot.toISOString() })
  return true
}

/** Sends one nudge for every kind of work. */
export async function nudgeAll({ queue }: ServiceDeps): Promise<void> {
  for (const nudge of NUDGES) await queue.nudge(nudge)
}
