import type { DatabaseOrTransaction } from '../core/database/database.ts'
import type { Deps } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import { type Link, readLink, requireHolder } from '../subscribers/link-token.ts'
import type { Subscriber } from '../subscribers/subscriber.ts'

/**
 * The subscriber of a link; `find` reads or locks. Throws link.*, also if a new address or subscription invalidated it.
 */
export async function subscriberByLink(
  { config, clock }: Pick<Deps, 'config' | 'clock'>,
  token: string,
  purpose: 'manage' | 'account',
  find: (id: string) => Promise<Subscriber | null>,
): Promise<Subscriber> {
  const link = readLink(token, purpose, config.APP_SECRET, clock.now())
  return requireHolder(link, await find(link.id))
}

export interface LinkRequestLookup<Asked> {
  link: Link
  requestById: (db: DatabaseOrTransaction, id: number) => Promise<Asked | null>
  /** Reads or locks. */
  loadSubscriber: (db: DatabaseOrTransaction, id: string) => Promise<Subscriber | null>
}

/** The request that waits for the button behind a link, and its subscriber. Throws link.unknown. */
export async function requestBehindLink<Asked extends { id: number; subscriberId: string }>(
  db: DatabaseOrTransaction,
  { link, requestById, loadSubscriber }: LinkRequestLookup<Asked>,
): Promise<{ asked: Asked; subscriber: Subscriber }> {
  const found = await requestById(db, Number(link.id))
  const subscriber = found && (await loadSubscriber(db, found.subscriberId))
  // Read again: another request may have pressed the button before we got the lock.
  const asked = subscriber && (await requestById(db, found.id))
  if (!asked) throw new Fault('link.unknown')
  return { asked, subscriber }
}
