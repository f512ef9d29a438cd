import type { Database } from '../core/database/database.ts'
import { DAY_MS, type Day } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import { parseAddress } from '../subscribers/address.ts'
import { lastConsentAt } from '../subscribers/consent.repo.ts'
import { tombstoneOf } from '../subscribers/erasure.repo.ts'
import { type Link, readLink, requireHolder } from '../subscribers/links.ts'
import {
  importedAt,
  lockSubscriber,
  lockSubscriberByKey,
  subscriberById,
  subscriberByKey,
} from '../subscribers/subscriber.repo.ts'
import type { Subscriber } from '../subscribers/subscriber.ts'

export type SubscriberRef = { email: string } | { id: string }

/** The context of a change: a transaction, and a subscriber that it has locked. */
export interface LockedSubscriber {
  tx: Database
  subscriber: Subscriber
  now: Date
}

type Work<T> = (locked: LockedSubscriber) => Promise<T>

/** Runs an operator's change of one subscriber in a transaction. Throws address.*, subscriber.unknown. */
export function withSubscriber<T>({ db, clock }: Deps, who: SubscriberRef, work: Work<T>): Promise<T> {
  return db.$transaction(async (tx) => {
    const subscriber = await ('email' in who
      ? lockSubscriberByKey(tx, parseAddress(who.email).key)
      : lockSubscriber(tx, who.id))
    if (!subscriber) throw new Fault('subscriber.unknown')
    return work({ tx, subscriber, now: clock.now() })
  })
}

/**
 * Runs an operator's change like `withSubscriber`, and logs it unless `work` returns false. Returns whether anything
 * changed.
 */
export async function runOperatorChange(
  deps: Deps,
  who: SubscriberRef,
  change: { what: string; until?: Day | null },
  work: Work<unknown>,
): Promise<boolean> {
  const { id, changed } = await withSubscriber(deps, who, async (locked) => ({
    id: locked.subscriber.id,
    changed: (await work(locked)) !== false,
  }))
  if (changed) deps.log.info('subscriber.changed', { subscriber: id, ...change })
  return changed
}

/**
 * Runs a change by the holder of a link in a transaction. Throws link.*, also if a new address, or for the account a
 * new subscription, invalidated the link.
 */
export function withHolder<T>(
  { config, db, clock }: Deps,
  purpose: 'manage' | 'account',
  token: string,
  work: Work<T>,
): Promise<T> {
  const now = clock.now()
  return db.$transaction(async (tx) => {
    const link = readLink(token, purpose, config.APP_SECRET, now)
    return work({ tx, subscriber: await holderOf(tx, link, await lockSubscriber(tx, link.id)), now })
  })
}

/** Reads without locking. Throws address.*, subscriber.unknown. */
export async function findSubscriber(db: Database, who: SubscriberRef): Promise<Subscriber> {
  const subscriber = await ('email' in who
    ? subscriberByKey(db, parseAddress(who.email).key)
    : subscriberById(db, who.id))
  if (!subscriber) throw new Fault('subscriber.unknown')
  return subscriber
}

/** Read-only. Throws link.*. */
export async function subscriberByManageLink(
  { config, db, clock }: Deps,
  token: string,
): Promise<Subscriber> {
  const link = readLink(token, 'manage', config.APP_SECRET, clock.now())
  return holderOf(db, link, await subscriberById(db, link.id))
}

/** After a longer break, the mailbox may have a new owner. */
const MAX_BREAK_MS = 365 * DAY_MS

/**
 * Like requireHolder, but links to topics and settings also work for a person who unsubscribed and came back, if the
 * address has been the same since.
 */
async function holderOf(db: Database, link: Link, subscriber: Subscriber | null): Promise<Subscriber> {
  const { purpose, epoch, id, issuedAt } = link
  if (!subscriber || purpose !== 'manage' || epoch >= subscriber.epoch) return requireHolder(link, subscriber)
  const { confirmedAt } = subscriber
  const left = confirmedAt && new Date(confirmedAt.getTime() - MAX_BREAK_MS)
  // Addresses before an import are not known.
  const since = [await lastConsentAt(db, id, 'moved'), await importedAt(db, id), left]
  return since.every((at) => !at || issuedAt > at) ? subscriber : requireHolder(link, subscriber)
}

interface LinkRequest {
  id: number
  subscriberId: string
}

type ById<Request> = (db: Database, id: number) => Promise<Request | null>

/** The request that waits for the button behind a link, and its subscriber. Throws link.unknown. */
export async function requestBehindLink<Request extends LinkRequest>(
  db: Database,
  link: Link,
  requestById: ById<Request>,
) {
  const request = await requestById(db, Number(link.id))
  const subscriber = request && (await subscriberById(db, request.subscriberId))
  if (!subscriber) throw new Fault('link.unknown')
  return { request, subscriber }
}

/** Locks the subscriber, then reads the request again: no other press of its button can be in progress now. Throws link.unknown. */
export async function lockRequest<Request extends LinkRequest>(
  tx: Database,
  { id, subscriberId }: LinkRequest,
  requestById: ById<Request>,
) {
  const subscriber = await lockSubscriber(tx, subscriberId)
  const request = subscriber && (await requestById(tx, id))
  if (!request) throw new Fault('link.unknown')
  return { request, subscriber }
}

/** The subscriber of an account page, found (or locked) by `find`; null once they are erased. Throws link.*. */
export async function openAccount({ config, clock, db }: Deps, token: string, find = subscriberById) {
  const link = readLink(token, 'account', config.APP_SECRET, clock.now())
  const subscriber = await find(db, link.id)
  requireHolder(link, subscriber ?? (await tombstoneOf(db, link.id)))
  return subscriber
}
