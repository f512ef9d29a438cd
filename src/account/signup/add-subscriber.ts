import type { Deps } from '../../core/deps.ts'
import { type DueDate, nextDue } from '../../digests/due.ts'
import { type CheckedSignup, readSignup, type TypedSignup } from '../../subscribers/read-signup.ts'
import { type RecordedSignup, recordSignupRequest } from '../../subscribers/record-signup-request.ts'
import { createSignup } from '../../subscribers/signup.repo.ts'
import { lockOrCreateSubscriber, subscriberById } from '../../subscribers/subscriber.repo.ts'
import { hasSubscription } from '../../subscribers/subscriber.ts'
import { endBackOff } from '../../subscribers/transactional-message.ts'
import { applySignup } from './confirm.ts'

export type AddSubscriberResult =
  /** They gave consent. `already`: they were subscribed, so topics were added and nothing else changed. */
  | { confirmed: true; already: boolean; next: DueDate | undefined }
  /** They get an email to confirm. */
  | ({ confirmed: false } & Pick<RecordedSignup, 'mail' | 'held'>)

/**
 * The operator adds a subscriber. `consent` says how they gave consent; without it they get an email to confirm. Throws
 * FieldFaults, subscriber.suppressed.
 */
export async function addSubscriber(
  deps: Deps,
  { consent, ...typed }: TypedSignup & { consent?: string },
): Promise<AddSubscriberResult> {
  const signup = readSignup(deps.config, typed)
  if (consent === undefined) {
    const { subscriber, mail, held } = await recordSignupRequest(deps, { ...signup, how: 'operator' })
    deps.log.info('subscriber.asked', { subscriber: subscriber.id, how: 'operator', mail, held })
    return { confirmed: false, mail, held }
  }
  const { subscriber, already } = await addConfirmed(deps, signup, consent)
  deps.log.info('subscriber.confirmed', { subscriber: subscriber.id, how: 'operator' })
  return { confirmed: true, already, next: nextDue(subscriber, deps.clock.now()) }
}

function addConfirmed({ config, db, clock }: Deps, signup: CheckedSignup, consent: string) {
  const { address, request } = signup
  const now = clock.now()
  return db.$transaction(async (tx) => {
    const subscriber = await lockOrCreateSubscriber(tx, config, signup, now)
    await createSignup(tx, { subscriberId: subscriber.id, request, now, note: consent })
    await applySignup(tx, { subscriber, request, how: 'operator', now })
    await endBackOff(tx, config, { key: address.key, now })
    return { subscriber: (await subscriberById(tx, subscriber.id))!, already: hasSubscription(subscriber) }
  })
}
