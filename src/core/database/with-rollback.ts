import type { Deps } from '../deps.ts'
import { silentLog } from '../log.ts'
import { type Database, longLimits } from './database.ts'

/** Runs `work` with all its checks and statements, rolls everything back and returns its result: for dry runs. */
export async function withRollback<T>(deps: Deps, work: (deps: Deps) => Promise<T>): Promise<T> {
  const done: { result?: T } = {}
  const rollback = new Error('rolled back')
  await deps.db
    .$transaction(
      async (tx) => {
        // The transactions of `work` become savepoints of this one.
        done.result = await work({ ...deps, db: withTransactionsInTurn(tx), log: silentLog })
        throw rollback
      },
      longLimits(), // for all transactions of `work` together
    )
    .catch((error) => {
      if (error !== rollback) throw error
    })
  return done.result as T
}

/** The transactions of a transaction must not overlap. */
function withTransactionsInTurn(tx: Database): Database {
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = (...args: Parameters<Database['$transaction']>) => {
    const next = last.then(() => tx.$transaction(...args))
    last = next.catch(() => {})
    return next
  }
  return new Proxy(tx, {
    get: (target, name) => (name === '$transaction' ? inTurn : Reflect.get(target, name)),
  })
}
