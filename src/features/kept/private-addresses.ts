import type { Config } from '../../config/config.ts'
import type { Deps } from '../../core/deps.ts'
import { Fault } from '../../core/errors.ts'
import { readLink, secretById, secretId, signLink } from '../../subscribers/links.ts'
import { lockSubscriber, subscriberById } from '../../subscribers/subscriber.repo.ts'
import { hasSubscription, type Subscriber } from '../../subscribers/subscriber.ts'
import { keptErrors } from './kept-errors.ts'
import {
  type AddressPurpose,
  makeAddress,
  type PrivateAddress,
  privateAddresses,
  setOnlyFeed,
} from './private-address.repo.ts'

/** The token in an address: the same text as long as the address works, also when a secret is added. */
export const addressToken = (
  { APP_SECRET }: Config,
  { purpose, subscriberId: id, version: epoch, madeAt: issuedAt, secretId }: PrivateAddress,
): string => signLink({ purpose, id, epoch, issuedAt }, secretById(secretId, APP_SECRET))

/** Whether digests are only in this feed. They are emailed once the secret that signed its address is removed. */
export const isOnlyFeed = ({ APP_SECRET }: Config, address: PrivateAddress | undefined): boolean =>
  address?.onlyFeed === true && APP_SECRET.some((secret) => secretId(secret) === address.secretId)

/** Has digests only in the feed, or emailed again. The feed keeps the address that the page of its reader shows. */
export const chooseOnlyFeed = (
  { config, db: tx }: Deps,
  subscriber: Subscriber,
  { feed, onlyFeed }: { feed: PrivateAddress; onlyFeed: boolean },
): Promise<void> =>
  setOnlyFeed(tx, subscriber, {
    onlyFeed,
    secretId: secretId(secretById(feed.secretId, config.APP_SECRET)),
  })

/** Makes an address with the newest secret. The subscriber must be locked. */
export const newAddress = (
  { config, db: tx, clock }: Deps,
  subscriber: Subscriber,
  { purpose, onlyFeed = false }: { purpose: AddressPurpose; onlyFeed?: boolean },
): Promise<void> =>
  makeAddress(tx, subscriber, {
    purpose,
    onlyFeed,
    secretId: secretId(config.APP_SECRET[0]!),
    now: clock.now(),
  })

/**
 * The subscriber behind an address that works. Throws link.unknown and other link.*, and kept.ended for an address that
 * was replaced or turned off, and for a feed of someone who has unsubscribed.
 */
export async function openAddress(
  { config, db, clock }: Deps,
  token: string,
  purpose: AddressPurpose,
  find: typeof subscriberById = subscriberById,
): Promise<Subscriber> {
  const link = readLink(token, purpose, config.APP_SECRET, clock.now())
  const subscriber = await find(db, link.id)
  if (!subscriber) throw new Fault('link.unknown')
  const address = (await privateAddresses(db, subscriber))[purpose]
  const isFeed = purpose !== 'kept'
  if (address?.version !== link.epoch || (isFeed && !hasSubscription(subscriber)))
    throw new Fault(keptErrors['kept.ended'])
  return subscriber
}

/** Runs a change by the holder of the page of kept papers in a transaction, with the subscriber locked. */
export const withKeptPage = <T>(
  deps: Deps,
  token: string,
  work: (deps: Deps, subscriber: Subscriber) => Promise<T>,
): Promise<T> =>
  deps.db.$transaction(async (tx) => {
    const inside = { ...deps, db: tx as Deps['db'] }
    return work(inside, await openAddress(inside, token, 'kept', lockSubscriber))
  })
