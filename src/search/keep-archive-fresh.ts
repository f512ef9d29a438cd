import type { Deps } from '../core/deps.ts'
import { errorText } from '../core/errors.ts'
import { newestState } from '../papers/paper.repo.ts'
import { storePlainPapers } from '../papers/plain-paper.repo.ts'
import { openAvailableArchive, REFRESH_MS, readWholeArchive } from './open-archive.ts'

const PAPERS_AT_ONCE = 500

/**
 * Reads papers into memory as long as the process serves pages, and then new papers, so that the first request after an
 * ingest is not slower than others. `everyMs` is for tests.
 */
export function keepArchiveFresh(deps: Deps, everyMs = REFRESH_MS): { stop(): Promise<void> } {
  let isStopped = false
  const warn = (event: 'archive.unread' | 'database.error') => (error: unknown) => {
    if (!isStopped) deps.log.warn(event, { what: errorText(error) })
  }
  const look = async () => {
    // This also starts reading the other papers.
    await openAvailableArchive(deps).catch(warn('archive.unread'))
  }
  // The texts for lists are made here, not during the request for a list.
  let stored: string | undefined
  const storePlain = async () => {
    const state = await newestState(deps.db)
    if (state === stored) return
    const more = () => storePlainPapers(deps.db, { now: deps.clock.now(), limit: PAPERS_AT_ONCE })
    while (!isStopped && (await more()) === PAPERS_AT_ONCE);
    stored = state
  }
  let last = look()
  let storing: Promise<void> | undefined
  const again = () => {
    last = look()
    storing ??= storePlain()
      .catch(warn('database.error'))
      .finally(() => {
        storing = undefined
      })
  }
  // So the first search waits only for the newest papers. If this fails, a later look tries again.
  readWholeArchive(deps).then(again, () => {})
  const timer = setInterval(again, everyMs).unref()
  return {
    stop: async () => {
      isStopped = true
      clearInterval(timer)
      await Promise.all([last, storing])
    },
  }
}
