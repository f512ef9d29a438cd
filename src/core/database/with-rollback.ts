import type { Deps } from '../deps.ts'
import { silentLog } from '../log.ts'
import type { Database } from './database.ts'

// One transaction for all that the change does in many.
const MAX_DURATION_MS = 600_000

/** Does all of `work`, every check and every statement of it, and takes it back: what a dry run answers with. */
export async function withRollback<T>(deps: Deps, work: (deps: Deps) => Promise<T>): Promise<T> {
  const done: { result?: T } = {}
  const rollback = new Error('taken back')
  await deps.db
    .$transaction(
      async (tx) => {
        // The transactions of `work` become savepoints of this one.
        done.result = await work({ ...deps, db: tx as Database, log: silentLog })
        throw rollback
      },
      { timeout: MAX_DURATION_MS, maxWait: MAX_DURATION_MS },
    )
    .catch((error) => {
      if (error !== rollback) throw error
    })
  return done.result as T
}
