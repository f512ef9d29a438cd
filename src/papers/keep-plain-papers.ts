import type { Deps } from '../core/deps.ts'
import { newestState } from './paper.repo.ts'
import { storePlainPapers } from './plain-paper.repo.ts'

const PAPERS_AT_ONCE = 500

/**
 * Returns a function that makes and stores the texts for lists of papers that came or changed since it was last called,
 * so that no request for a list has to.
 */
export function openPlainPapers({ db, clock }: Deps): (signal: AbortSignal) => Promise<void> {
  let stored: string | undefined
  return async (signal) => {
    const state = await newestState(db)
    if (state === stored) return
    const more = () => storePlainPapers(db, { now: clock.now(), limit: PAPERS_AT_ONCE })
    while (!signal.aborted && (await more()) === PAPERS_AT_ONCE);
    if (!signal.aborted) stored = state
  }
}
