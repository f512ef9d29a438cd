import type { DatabaseOrTransaction } from '../../platform/database.ts'
import { Fault } from '../../platform/errors.ts'
import { parseAddress } from '../../subscribers/address.ts'
import type { Subscriber } from '../../subscribers/subscriber.ts'
import { lockSubscriberByKey } from '../../subscribers/subscriber-store.ts'
import type { Deps } from '../../wiring.ts'

/** What an operator's change works with: a transaction, and a subscriber whom nobody else can change meanwhile. */
export interface Locked {
  tx: DatabaseOrTransaction
  subscriber: Subscriber
  now: Date
}

/** One operator's change of one subscriber, all of it or nothing. Throws address.*, subscriber.unknown. */
export function withSubscriber<T>(
  { db, clock }: Deps,
  email: string,
  work: (locked: Locked) => Promise<T>,
): Promise<T> {
  const { key } = parseAddress(email)
  return db.$transaction(async (tx) => {
    const subscriber = await lockSubscriberByKey(tx, key)
    if (!subscriber) throw new Fault('subscriber.unknown')
    return work({ tx, subscriber, now: clock.now() })
  })
}
