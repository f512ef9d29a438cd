import type { Archive } from '../../filters/archive.ts'
import { addDays, dayOf } from '../../platform/dates.ts'
import type { Deps } from '../../wiring.ts'
import { openArchive, readArchive } from './open-archive.ts'

/** While a process reads papers in, the newest ones are waited for. */
const AT_LEAST_DAYS = 30

/** What is in memory by now, the papers of the last weeks at least; all others follow. */
export async function openNewest(deps: Deps): Promise<Archive> {
  const archive = await openArchive(deps, { from: addDays(dayOf(deps.clock.now()), -AT_LEAST_DAYS) })
  // Who asks next waits no longer for it, and tries again where it failed.
  if (archive.backTo !== null) readArchive(deps).catch(() => {})
  return archive
}
