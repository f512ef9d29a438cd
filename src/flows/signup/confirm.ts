import { type DueDate, nextDue } from '../../digests/due.ts'
import type { DatabaseOrTransaction } from '../../platform/database.ts'
import { Fault } from '../../platform/errors.ts'
import { CONSENT_WORDING } from '../../subscribers/consent.ts'
import { readLink } from '../../subscribers/link-token.ts'
import { markSignupConfirmed, type Signup, signupById } from '../../subscribers/signup-store.ts'
import type { Subscriber, TopicText } from '../../subscribers/subscriber.ts'
import { lockSubscriber, subscriberById } from '../../subscribers/subscriber-store.ts'
import { topicsOf } from '../../subscribers/topic-store.ts'
import type { Deps } from '../../wiring.ts'
import { grant } from './grant.ts'

/** What the page behind a confirmation link shows. */
export interface Confirmation {
  signup: Signup
  subscriber: Subscriber
  /** As they are now. */
  topics: TopicText[]
  /** When the next digest may come; undefined for somebody who gets none. */
  next: DueDate | undefined
}

/** Reads, and changes nothing. Throws link.*. */
export async function openConfirmation(deps: Deps, token: string): Promise<Confirmation> {
  const { signup, subscriber } = await signupBehind(deps, deps.db, token, subscriberById)
  const topics = await topicsOf(deps.db, subscriber.id)
  const next = subscriber.state === 'active' ? nextDue(subscriber, deps.clock.now()) : undefined
  return { signup, subscriber, topics, next }
}

/**
 * The button behind the mailed link. False where it had been pressed before, which changes nothing. Throws link.*,
 * subscriber.suppressed.
 */
export async function confirm(deps: Deps, token: string): Promise<boolean> {
  const now = deps.clock.now()
  const before = await deps.db.$transaction(async (tx) => {
    const { signup, subscriber } = await signupBehind(deps, tx, token, lockSubscriber)
    if (signup.confirmedAt) return undefined
    await grant(tx, { subscriber, wish: signup.wish, how: 'page', wording: CONSENT_WORDING.version, now })
    await markSignupConfirmed(tx, signup.id, now)
    return subscriber
  })
  if (before) deps.log.info('subscriber.confirmed', { subscriber: before.id, before: before.state })
  return before !== undefined
}

async function signupBehind(
  { config, clock }: Deps,
  db: DatabaseOrTransaction,
  token: string,
  subscriberWith: typeof lockSubscriber,
): Promise<{ signup: Signup; subscriber: Subscriber }> {
  const { id } = readLink(token, 'confirm', config.APP_SECRET, clock.now())
  const found = await signupById(db, Number(id))
  const subscriber = found && (await subscriberWith(db, found.subscriberId))
  // Once more, now that nobody else can be confirming it.
  const signup = subscriber && (await signupById(db, found.id))
  if (!signup) throw new Fault('link.unknown')
  return { signup, subscriber }
}
