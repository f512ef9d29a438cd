import type { Deps } from '../core/deps.ts'
import { errorText } from '../core/errors.ts'
import { openAvailableArchive, REFRESH_MS, readWholeArchive } from './open-archive.ts'

/**
 * Reads all papers into memory, and then new ones, until `stop`, so that the first search after an ingest is not slower
 * than others. `everyMs` is for tests.
 */
export function keepArchiveFresh(deps: Deps, everyMs = REFRESH_MS): { stop(): Promise<void> } {
  let isStopped = false
  const look = async () => {
    // This also starts reading the other papers.
    await openAvailableArchive(deps).catch((error) => {
      if (!isStopped) deps.log.warn('archive.unread', { what: errorText(error) })
    })
  }
  let last = look()
  const again = () => {
    last = look()
  }
  // So the first search waits only for the newest papers. If this fails, a later look tries again.
  readWholeArchive(deps).then(again, () => {})
  const timer = setInterval(again, everyMs).unref()
  return {
    stop: async () => {
      isStopped = true
      clearInterval(timer)
      await last
    },
  }
}
