import { endWaitingMessages, redirectUntriedMessages } from '../../delivery/subscriber-messages-store.ts'
import { Fault } from '../../platform/errors.ts'
import { addressHash, parseAddress } from '../../subscribers/address.ts'
import { NO_PAGE } from '../../subscribers/consent.ts'
import { recordConsent } from '../../subscribers/consent-store.ts'
import { deleteUnconfirmedSignups } from '../../subscribers/signup-store.ts'
import { changeSubscriber, subscriberByKey } from '../../subscribers/subscriber-store.ts'
import type { Deps } from '../../wiring.ts'
import { ANSWER_KINDS } from '../signup/ask.ts'
import { requireUnsuppressed } from '../signup/grant.ts'
import { withSubscriber } from './with-subscriber.ts'

/**
 * Gives a subscriber a new address. What was asked for under the old one and not confirmed is dropped, so that no link
 * mailed there confirms the new one. Throws address.*, subscriber.unknown, subscriber.suppressed (the new address).
 */
export async function moveSubscriber(
  deps: Deps,
  { email, newEmail }: { email: string; newEmail: string },
): Promise<void> {
  const { address, key } = parseAddress(newEmail)
  const hash = addressHash(key, deps.config.SUPPRESSION_KEY)
  const id = await withSubscriber(deps, email, async ({ tx, subscriber, now }) => {
    const other = await subscriberByKey(tx, key)
    if (other && other.id !== subscriber.id) throw new Fault('address.taken')
    await requireUnsuppressed(tx, hash)
    const changes = { address, addressKey: key, addressHash: hash, epoch: subscriber.epoch + 1 }
    await changeSubscriber(tx, subscriber.id, changes)
    await deleteUnconfirmedSignups(tx, subscriber.id)
    await endWaitingMessages(tx, { subscriberId: subscriber.id, kinds: ANSWER_KINDS, reason: 'moved' })
    await redirectUntriedMessages(tx, subscriber.id, address)
    const consent = { subscriberId: subscriber.id, at: now, how: 'operator', wording: NO_PAGE }
    await recordConsent(tx, { ...consent, event: 'moved' })
    return subscriber.id
  })
  deps.log.info('subscriber.changed', { subscriber: id, what: 'moved' })
}
