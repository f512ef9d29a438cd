import type { Deps } from '../core/deps.ts'
import { errorText } from '../core/errors.ts'
import { openAvailableArchive } from './open-newest-archive.ts'

const EVERY_MS = 60_000

/**
 * Reads papers into memory as long as the process serves pages, and then new papers, so that the first request after an
 * ingest is not slower than others. `everyMs` is for tests.
 */
export function keepArchiveFresh(deps: Deps, everyMs = EVERY_MS): { stop(): Promise<void> } {
  let isStopped = false
  // This also starts reading the other papers.
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
