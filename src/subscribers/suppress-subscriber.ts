import type { DatabaseOrTransaction } from '../core/database/database.ts'
import type { Deps } from '../core/deps.ts'
import { addressHash, parseAddress } from './address.ts'
import { checkComplaintRate } from './complaints.ts'
import { recordConsent } from './consent.repo.ts'
import { NO_PAGE } from './consent.ts'
import { startDateOf } from './start-date.ts'
import { changeSubscriber, lockSubscriberByKey } from './subscriber.repo.ts'
import { liftSuppression, type SuppressionReason, suppressAddress } from './suppression.repo.ts'

/**
 * Stops all email to this address, with or without a subscriber; too many complaints stop delivery. Throws address.*.
 */
export async function suppress(
  deps: Deps,
  { email, reason }: { email: string; reason: SuppressionReason },
): Promise<void> {
  const { key } = parseAddress(email)
  const at = deps.clock.now()
  const id = await deps.db.$transaction((tx) => suppressAddressKey(tx, deps, { key, reason, at }))
  await reportSuppression(deps, { id, reason })
}

/** The same inside a transaction; call `reportSuppression` after it. Returns the subscriber with that address. */
export async function suppressAddressKey(
  tx: DatabaseOrTransaction,
  { config }: Pick<Deps, 'config'>,
  { key, reason, at }: { key: string; reason: SuppressionReason; at: Date },
): Promise<string | undefined> {
  await suppressAddress(tx, { addressHash: addressHash(key, config.SUPPRESSION_KEY), reason, at })
  const subscriber = await lockSubscriberByKey(tx, key)
  if (!subscriber || subscriber.state === 'suppressed') return subscriber?.id
  await changeSubscriber(tx, subscriber.id, { state: 'suppressed', stateBefore: subscriber.state })
  const consent = { subscriberId: subscriber.id, at, how: reason, wording: NO_PAGE }
  await recordConsent(tx, { ...consent, event: 'suppressed' })
  return subscriber.id
}

/** Logs the suppression, and checks the complaint rate. */
export async function reportSuppression(
  deps: Deps,
  { id, reason }: { id: string | undefined; reason: SuppressionReason },
): Promise<void> {
  deps.log.info('subscriber.suppressed', { subscriber: id, reason })
  if (reason === 'complaint') await checkComplaintRate(deps)
}

/** Lifts a suppression made by `suppress` or a server's reply, and restores the earlier state. Throws address.*. */
export async function unsuppress(deps: Deps, { email }: { email: string }): Promise<void> {
  const { key } = parseAddress(email)
  const now = deps.clock.now()
  const id = await deps.db.$transaction(async (tx) => {
    await liftSuppression(tx, addressHash(key, deps.config.SUPPRESSION_KEY), now)
    const subscriber = await lockSubscriberByKey(tx, key)
    if (subscriber?.state !== 'suppressed') return subscriber?.id
    const state = subscriber.stateBefore ?? 'unsubscribed'
    // Days that passed during the suppression were not missed: nothing was due on them.
    const startDate = subscriber.startDate && startDateOf(now, subscriber)
    await changeSubscriber(tx, subscriber.id, { state, stateBefore: null, startDate })
    const consent = { subscriberId: subscriber.id, at: now, how: 'operator', wording: NO_PAGE }
    await recordConsent(tx, { ...consent, event: 'unsuppressed' })
    return subscriber.id
  })
  deps.log.info('subscriber.changed', { subscriber: id, what: 'unsuppressed' })
}
