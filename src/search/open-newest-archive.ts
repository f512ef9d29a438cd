import { addDays, type Day, dayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import type { Archive } from '../queries/archive.ts'
import { openArchive, readWholeArchive } from './open-archive.ts'

/** While a process reads its archive, requests wait for the papers of the last 30 days. */
const AT_LEAST_DAYS = 30
/** Later than every day of a paper, so the first batch is enough. */
const AFTER_ALL: Day = '9999-12-31'

/** The archive with at least the papers of the last weeks. All others are read in the background. */
export const openNewestArchive = (deps: Deps): Promise<Archive> =>
  openFrom(deps, addDays(dayOf(deps.clock.now()), -AT_LEAST_DAYS))

/** The archive with what is in memory. Waits only for the first batch of papers. */
export const openAvailableArchive = (deps: Deps): Promise<Archive> => openFrom(deps, AFTER_ALL)

async function openFrom(deps: Deps, from: Day): Promise<Archive> {
  const archive = await openArchive(deps, { from })
  // The next request does not wait for this, and retries after a failure.
  if (archive.backTo !== null) readWholeArchive(deps).catch(() => {})
  return archive
}
