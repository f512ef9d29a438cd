import { addDays, type Day, dayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import type { Archive } from '../queries/archive.ts'
import { openArchive, readWholeArchive } from './open-archive.ts'

/** While a process reads papers in, the newest ones are waited for. */
const AT_LEAST_DAYS = 30
/** After every day of a paper: the first that are read are enough. */
const AFTER_ALL: Day = '9999-12-31'

/** What is in memory by now, the papers of the last weeks at least; all others follow. */
export const openNewestArchive = (deps: Deps): Promise<Archive> =>
  openFrom(deps, addDays(dayOf(deps.clock.now()), -AT_LEAST_DAYS))

/** What is in memory by now, for whoever can do without: nobody waits longer than for the first papers. */
export const openAvailableArchive = (deps: Deps): Promise<Archive> => openFrom(deps, AFTER_ALL)

async function openFrom(deps: Deps, from: Day): Promise<Archive> {
  const archive = await openArchive(deps, { from })
  // Who asks next waits no longer for it, and tries again where it failed.
  if (archive.backTo !== null) readWholeArchive(deps).catch(() => {})
  return archive
}
