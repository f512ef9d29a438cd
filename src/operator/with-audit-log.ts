import { type Action, recordAction } from '../core/action.repo.ts'
import type { Database } from '../core/database/database.ts'
import type { Deps } from '../core/deps.ts'
import { parseAddress } from '../subscribers/address.ts'
import { subscriberByKey } from '../subscribers/subscriber.repo.ts'

// Resuming after a restore writes one date for every subscriber.
const MAX_DURATION_MS = 600_000

/** An action of the operator. `email` identifies its subject and is not stored. */
export interface OperatorAction extends Omit<Action, 'at'> {
  email?: string
}

/** A result of a change that may have changed nothing; then it is not logged. */
export interface MaybeUnchanged {
  unchanged?: boolean
}

/**
 * Runs an action of the operator and logs it, in one transaction. Logs nothing if the result states that nothing
 * changed. Throws what `work` throws.
 */
export function withAuditLog<D extends Deps, T>(
  deps: D,
  { email, ...action }: OperatorAction,
  work: (deps: D) => Promise<T>,
): Promise<T> {
  // The transactions of `work` become savepoints of this one.
  return deps.db.$transaction(
    async (tx) => {
      const inside = { ...deps, db: tx as Database }
      const before = action.subscriberId ?? (await idOf(inside, email))
      const result = await work(inside)
      if ((result as MaybeUnchanged | undefined)?.unchanged === true) return result
      const subscriberId = before ?? (await idOf(inside, email))
      await recordAction(tx, { ...action, subscriberId, at: deps.clock.now() })
      return result
    },
    { timeout: MAX_DURATION_MS, maxWait: MAX_DURATION_MS },
  )
}

/** Call it before an address is erased and after it is added: one of the two finds the subscriber. */
async function idOf({ db }: Deps, email: string | undefined): Promise<string | undefined> {
  const key = email === undefined ? undefined : keyIn(email)
  return key && (await subscriberByKey(db, key))?.id
}

// `work` reports an invalid address, together with other errors.
function keyIn(email: string): string | undefined {
  try {
    return parseAddress(email).key
  } catch {
    return undefined
  }
}
