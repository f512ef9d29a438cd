import type { DatabaseOrTransaction } from '../core/database/database.ts'
import type { Deps } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import { parseAddress } from '../subscribers/address.ts'
import {
  lockSubscriber,
  lockSubscriberByKey,
  subscriberById,
  subscriberByKey,
} from '../subscribers/subscriber.repo.ts'
import type { Subscriber } from '../subscribers/subscriber.ts'

/** How an operator identifies a subscriber: by address, or by id. */
export type SubscriberRef = { email: string } | { id: string }

/** The context of an operator's change: a transaction, and a subscriber that it has locked. */
export interface LockedSubscriber {
  tx: DatabaseOrTransaction
  subscriber: Subscriber
  now: Date
}

/** Runs an operator's change of one subscriber in a transaction. Throws address.*, subscriber.unknown. */
export function withSubscriber<T>(
  { db, clock }: Deps,
  who: SubscriberRef,
  work: (locked: LockedSubscriber) => Promise<T>,
): Promise<T> {
  const named = nameOf(who)
  return db.$transaction(async (tx) => {
    const subscriber =
      'key' in named ? await lockSubscriberByKey(tx, named.key) : await lockSubscriber(tx, named.id)
    if (!subscriber) throw new Fault('subscriber.unknown')
    return work({ tx, subscriber, now: clock.now() })
  })
}

/** Reads without locking. Throws address.*, subscriber.unknown. */
export async function findSubscriber(db: DatabaseOrTransaction, who: SubscriberRef): Promise<Subscriber> {
  const named = nameOf(who)
  const subscriber = await ('key' in named ? subscriberByKey(db, named.key) : subscriberById(db, named.id))
  if (!subscriber) throw new Fault('subscriber.unknown')
  return subscriber
}

const nameOf = (who: SubscriberRef): { key: string } | { id: string } =>
  'email' in who ? { key: parseAddress(who.email).key } : who
