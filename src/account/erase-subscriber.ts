import { redactBounces } from '../bounces/bounce.repo.ts'
import type { Database } from '../core/database/database.ts'
import type { Deps } from '../core/deps.ts'
import { forgetMessages, forgetMessagesByKey } from '../mail/outbox/subscriber-messages.repo.ts'
import { deleteUnconfirmedAddressChanges } from '../subscribers/address-change.repo.ts'
import { recordConsents } from '../subscribers/consent.repo.ts'
import { replaceWithTombstone } from '../subscribers/erasure.repo.ts'
import { lockSubscriber } from '../subscribers/subscriber.repo.ts'
import type { Subscriber } from '../subscribers/subscriber.ts'
import { forgetEmailLimits } from '../subscribers/transactional-message.ts'
import { openAccount, runOperatorChange, type SubscriberRef } from './find-subscriber.ts'
import { eraseFromFeatures } from './personal-data.ts'

/**
 * Erases a subscriber's personal data: address, topics, settings, requests, and the contents of their emails. A
 * tombstone remains, so that the totals of past days still balance, and a suppressed address stays suppressed. Throws
 * subscriber.unknown.
 */
export async function eraseSubscriber(deps: Deps, who: SubscriberRef): Promise<void> {
  await runOperatorChange(deps, who, { what: 'erased' }, ({ tx, subscriber, now }) =>
    eraseLockedSubscriber(deps, tx, { subscriber, how: 'operator', now }),
  )
}

/** The holder of a link to their account page erases their data. Repeating it changes nothing. Throws link.*. */
export async function eraseAccount(deps: Deps, token: string): Promise<void> {
  const now = deps.clock.now()
  const erased = await deps.db.$transaction(async (tx) => {
    const subscriber = await openAccount({ ...deps, db: tx }, token, lockSubscriber)
    if (!subscriber) return undefined
    await eraseLockedSubscriber(deps, tx, { subscriber, how: 'page', now })
    return subscriber.id
  })
  if (erased) deps.log.info('subscriber.changed', { subscriber: erased, what: 'erased' })
}

/** The subscriber must be locked by the transaction. */
export async function eraseLockedSubscriber(
  deps: Pick<Deps, 'config' | 'features'>,
  tx: Database,
  { subscriber, how, wording, now }: { subscriber: Subscriber; how: string; wording?: string; now: Date },
): Promise<void> {
  const { id, addressKey } = subscriber
  await recordConsents(tx, [{ subscriberId: id, at: now, event: 'erased', how, wording }])
  await forgetMessages(tx, id)
  await redactBounces(tx, id)
  await eraseFromFeatures(deps, tx, id)
  await forgetEmailLimits(tx, deps.config, addressKey)
  // Another subscriber may have entered this address as their new one.
  const addressChanges = await deleteUnconfirmedAddressChanges(tx, { addressKey })
  const keys = addressChanges.map((id) => `address-change ${id}`)
  await forgetMessagesByKey(tx, 'new-address', keys)
  await replaceWithTombstone(tx, subscriber, now)
}
