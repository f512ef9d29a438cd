import { dayOf, midnight } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { isDeliveryHeld } from '../core/restored-database.ts'
import { claimTick } from '../core/tick.repo.ts'
import { prune } from './prune.ts'

const FIRST_HOUR = 3

/**
 * Prunes once a day (UTC), in the one process that claims the tick. Does nothing on a restored copy until the operator
 * resumes delivery.
 */
export async function pruneNightly(deps: Deps, input: { signal?: AbortSignal }): Promise<void> {
  const { db, clock } = deps
  const now = clock.now()
  if (now.getUTCHours() < FIRST_HOUR || (await isDeliveryHeld(db))) return
  if (await claimTick(db, 'prune', midnight(dayOf(now)))) await prune(deps, input)
}
