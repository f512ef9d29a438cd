import type { Deps } from '../core/deps.ts'
import { errorText } from '../core/errors.ts'
import { openAvailableArchive, REFRESH_MS, readWholeArchive, saveWhenDue } from './open-archive.ts'

/**
 * Reads papers into memory as long as the process serves pages, and then new papers, so that the first request after an
 * ingest is not slower than others; writes them to DATA_DIR, so that the next start is fast. `everyMs` is for tests.
 */
export function keepArchiveFresh(deps: Deps, everyMs = REFRESH_MS): { stop(): Promise<void> } {
  let isStopped = false
  const warn = (event: 'archive.unread' | 'archive.unsaved') => (error: unknown) => {
    if (!isStopped) deps.log.warn(event, { what: errorText(error) })
  }
  const look = async () => {
    // This also starts reading the other papers.
    await openAvailableArchive(deps).catch(warn('archive.unread'))
    if (!isStopped) await saveWhenDue(deps).catch(warn('archive.unsaved'))
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
