import type { Deps } from '../core/deps.ts'
import { errorText } from '../core/errors.ts'
import { openAvailableArchive } from './open-newest-archive.ts'

const EVERY_MS = 60_000

/**
 * Reads papers into the memory of this process as long as it serves pages, and what comes in since: so whoever asks first
 * after an ingest waits no longer than others. `everyMs` for tests.
 */
export function keepArchiveFresh(deps: Deps, everyMs = EVERY_MS): { stop(): Promise<void> } {
  let isStopped = false
  // It reads on by itself from the first papers.
  const look = () =>
    openAvailableArchive(deps).catch((error) => {
      if (!isStopped) deps.log.warn('archive.unread', { what: errorText(error) })
    })
  const first = look()
  const timer = setInterval(look, everyMs).unref()
  return {
    stop: async () => {
      isStopped = true
      clearInterval(timer)
      await first
    },
  }
}
