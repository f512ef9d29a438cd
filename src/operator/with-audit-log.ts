import { type Action, recordAction } from '../core/action.repo.ts'
import type { Database } from '../core/database/database.ts'
import type { Deps } from '../core/deps.ts'
import { parseAddress } from '../subscribers/address.ts'
import { subscriberByKey } from '../subscribers/subscriber.repo.ts'

// Going on after a restore records a date for everybody.
const MAX_DURATION_MS = 600_000

/** What the operator does. `email` finds out whom it is done to, and is not kept. */
export interface OperatorAction extends Omit<Action, 'at'> {
  email?: string
}

/** What a change may come to that changed nothing: then nothing is written down. */
export interface MaybeUnchanged {
  unchanged?: boolean
}

/** Does something for the operator and writes down that it was done: both or neither, unless
 * the result says that it changed nothing. Throws what `work` throws. */
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

/** Before an address is erased and after it is added: one of both finds somebody. */
async function idOf({ db }: Deps, email: string | undefined): Promise<string | undefined> {
  const key = email === undefined ? undefined : keyIn(email)
  return key && (await subscriberByKey(db, key))?.id
}

// What is wrong with an address is said by `work`, with all else that is.
function keyIn(email: string): string | undefined {
  try {
    return parseAddress(email).key
  } catch {
    return undefined
  }
}
