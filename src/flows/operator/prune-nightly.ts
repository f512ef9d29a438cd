import { dayOf, midnight } from '../../platform/dates.ts'
import { claimTick } from '../../platform/tick-store.ts'
import type { Deps } from '../../wiring.ts'
import { prune } from './prune.ts'
import { isHeld } from './restore/restored.ts'

const FIRST_HOUR = 3

/** Prunes once a day (UTC), in the one process that claims it; not before the operator has looked at a restored copy. */
export async function pruneNightly(deps: Deps, input: { signal?: AbortSignal }): Promise<void> {
  const { db, clock } = deps
  const now = clock.now()
  if (now.getUTCHours() < FIRST_HOUR || (await isHeld(db))) return
  if (await claimTick(db, 'prune', midnight(dayOf(now)))) await prune(deps, input)
}
