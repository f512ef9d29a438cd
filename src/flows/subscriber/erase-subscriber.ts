import { forgetMessages } from '../../delivery/subscriber-messages-store.ts'
import { NO_PAGE } from '../../subscribers/consent.ts'
import { recordConsent } from '../../subscribers/consent-store.ts'
import { deleteSignups } from '../../subscribers/signup-store.ts'
import { eraseSubscriber as leaveTombstone } from '../../subscribers/subscriber-store.ts'
import { deleteTopics } from '../../subscribers/topic-store.ts'
import type { Deps } from '../../wiring.ts'
import { withSubscriber } from './with-subscriber.ts'

/**
 * Forgets who somebody was: address, topics, what they asked for, what their mails said. A tombstone stays, so that
 * past days still balance, and a suppressed address stays suppressed. Throws subscriber.unknown.
 */
export async function eraseSubscriber(deps: Deps, { email }: { email: string }): Promise<void> {
  const id = await withSubscriber(deps, email, async ({ tx, subscriber, now }) => {
    const consent = { subscriberId: subscriber.id, at: now, how: 'operator', wording: NO_PAGE }
    await recordConsent(tx, { ...consent, event: 'erased' })
    await deleteTopics(tx, subscriber.id)
    await deleteSignups(tx, subscriber.id)
    await forgetMessages(tx, subscriber.id)
    await leaveTombstone(tx, subscriber, now)
    return subscriber.id
  })
  deps.log.info('subscriber.changed', { subscriber: id, what: 'erased' })
}
