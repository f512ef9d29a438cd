import type { DatabaseOrTransaction } from '../core/database/database.ts'
import type { Deps } from '../core/deps.ts'
import { tombstoneOf } from '../subscribers/erasure.repo.ts'
import { readLink, requireHolder } from '../subscribers/link-token.ts'
import { lockSubscriber, subscriberById } from '../subscribers/subscriber.repo.ts'
import type { Subscriber } from '../subscribers/subscriber.ts'

/** The subscriber of an account page; null once they are erased. Read-only. Throws link.*. */
export const openAccount = (deps: Deps, token: string): Promise<Subscriber | null> =>
  accountByLink(deps, deps.db, token, subscriberById)

/** Like openAccount; no other transaction changes the subscriber until this one ends. */
export const lockAccount = (
  deps: Deps,
  tx: DatabaseOrTransaction,
  token: string,
): Promise<Subscriber | null> => accountByLink(deps, tx, token, lockSubscriber)

async function accountByLink(
  { config, clock }: Deps,
  db: DatabaseOrTransaction,
  token: string,
  find: typeof subscriberById,
): Promise<Subscriber | null> {
  const link = readLink(token, 'account', config.APP_SECRET, clock.now())
  const subscriber = await find(db, link.id)
  requireHolder(link, subscriber ?? (await tombstoneOf(db, link.id)))
  return subscriber
}
