import { localDayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { withoutEndedPause } from '../subscribers/change.ts'
import { CONSENT_WORDING } from '../subscribers/consent.ts'
import { linkEnd, readLink, requireHolder } from '../subscribers/links.ts'
import {
  changeSubscriber,
  lockSubscriber,
  recordConsent,
  subscriberById,
} from '../subscribers/subscriber.repo.ts'
import { startDateOf } from '../subscribers/subscriber.ts'
import { requireUnsuppressed } from '../subscribers/suppression.repo.ts'
import { cancelGoodbye } from '../subscribers/transactional-message.ts'
import { nextMailOf } from './open-manage-page.ts'

export type OpenedResubscribe = Awaited<ReturnType<typeof openResubscribe>>

/**
 * `next`: when the next digest may be due; undefined if they get none. `ends`: when the link expires. Read-only. Throws
 * link.*, subscriber.suppressed.
 */
export async function openResubscribe(deps: Deps, token: string) {
  const link = readLink(token, 'resubscribe', deps.config.APP_SECRET, deps.clock.now())
  const found = requireHolder(link, await subscriberById(deps.db, link.id))
  await requireUnsuppressed(deps.db, found.addressHash)
  const subscriber = withoutEndedPause(found, localDayOf(deps.clock.now(), found.zone))
  const next = subscriber.state === 'active' ? await nextMailOf(deps, subscriber) : undefined
  return { subscriber, next, ends: linkEnd(link) }
}

/**
 * Undoes an unsubscribe within 30 days: restores the state before. Repeating it changes nothing. Throws link.*,
 * subscriber.suppressed.
 */
export async function resubscribe(deps: Deps, token: string): Promise<void> {
  const now = deps.clock.now()
  const link = readLink(token, 'resubscribe', deps.config.APP_SECRET, now)
  const changed = await deps.db.$transaction(async (tx) => {
    const subscriber = requireHolder(link, await lockSubscriber(tx, link.id))
    await requireUnsuppressed(tx, subscriber.addressHash)
    const { id, state, stateBefore } = subscriber
    if (state !== 'unsubscribed' || !stateBefore) return undefined
    // Days that passed in the meantime were not missed: nothing was due on them.
    await changeSubscriber(tx, id, {
      state: stateBefore,
      stateBefore: null,
      startDate: startDateOf(now, subscriber),
    })
    await cancelGoodbye(tx, id)
    const wording = CONSENT_WORDING.version
    await recordConsent(tx, { subscriberId: id, at: now, event: 'resubscribed', how: 'page', wording })
    return id
  })
  if (changed) deps.log.info('subscriber.resubscribed', { subscriber: changed })
}
