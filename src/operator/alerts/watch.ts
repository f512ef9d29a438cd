import type { Deps } from '../../core/deps.ts'
import { failureOf } from '../../core/errors.ts'
import { findNotices } from './find-notices.ts'
import { tellNotices } from './tell.ts'

/** Looks for what the operator must hear of, and tells what was not told yet. Never rejects: it is what tells of faults. */
export async function watch(deps: Deps): Promise<void> {
  for (const step of [findNotices, tellNotices]) {
    try {
      await step(deps)
    } catch (error) {
      deps.log.error('notice.failed', failureOf(error))
    }
  }
}
