import { type DueDate, nextDue } from '../../digests/due.ts'
import { Fault } from '../../platform/errors.ts'
import { CONSENT_WORDING } from '../../subscribers/consent.ts'
import { recordConsent } from '../../subscribers/consent-store.ts'
import { readLink } from '../../subscribers/link-token.ts'
import { startDateOf } from '../../subscribers/start-date.ts'
import type { Subscriber } from '../../subscribers/subscriber.ts'
import { changeSubscriber, lockSubscriber, subscriberById } from '../../subscribers/subscriber-store.ts'
import type { Deps } from '../../wiring.ts'
import { requireUnsuppressed } from '../signup/grant.ts'

/** What the page behind an undo link shows. */
export interface Undo {
  subscriber: Subscriber
  /** When the next digest may come; undefined for somebody who gets none. */
  next: DueDate | undefined
}

/** Reads, and changes nothing. Throws link.*. */
export async function openUndo(deps: Deps, token: string): Promise<Undo> {
  const subscriber = await subscriberBehind(deps, token, (id) => subscriberById(deps.db, id))
  const next = subscriber.state === 'active' ? nextDue(subscriber, deps.clock.now()) : undefined
  return { subscriber, next }
}

/**
 * Undoes an unsubscribe within 30 days: back to the state before. Pressed again, it changes nothing. Throws link.*,
 * subscriber.suppressed.
 */
export async function resubscribe(deps: Deps, token: string): Promise<void> {
  const now = deps.clock.now()
  const changed = await deps.db.$transaction(async (tx) => {
    const subscriber = await subscriberBehind(deps, token, (id) => lockSubscriber(tx, id))
    await requireUnsuppressed(tx, subscriber.addressHash)
    const { id, state, stateBefore } = subscriber
    if (state !== 'unsubscribed' || !stateBefore) return undefined
    // Days that passed meanwhile are not missed: nothing was due on them.
    await changeSubscriber(tx, id, {
      state: stateBefore,
      stateBefore: null,
      startDate: startDateOf(now, subscriber),
    })
    const wording = CONSENT_WORDING.version
    await recordConsent(tx, { subscriberId: id, at: now, event: 'resubscribed', how: 'page', wording })
    return id
  })
  if (changed) deps.log.info('subscriber.resubscribed', { subscriber: changed })
}

async function subscriberBehind(
  { config, clock }: Deps,
  token: string,
  find: (id: string) => Promise<Subscriber | null>,
): Promise<Subscriber> {
  const { id, epoch } = readLink(token, 'resubscribe', config.APP_SECRET, clock.now())
  const subscriber = await find(id)
  if (!subscriber || subscriber.epoch !== epoch) throw new Fault('link.unknown')
  return subscriber
}
