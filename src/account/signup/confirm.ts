import { type Database, type DatabaseOrTransaction, isDatabaseAway } from '../../core/database/database.ts'
import type { Deps, ServiceDeps } from '../../core/deps.ts'
import { textOf } from '../../core/errors.ts'
import { type DueDate, nextDue } from '../../digests/due.ts'
import {
  leaveWelcome,
  readForWelcome,
  type WelcomeMessage,
  type WelcomeShelf,
  welcomeOf,
} from '../../digests/welcome-message.ts'
import { nudgeAnswers } from '../../mail/nudge-answers.ts'
import { endBackOff } from '../../subscribers/answer-limits.ts'
import { newestChanges } from '../../subscribers/change.repo.ts'
import type { Change } from '../../subscribers/change.ts'
import { CONSENT_WORDING } from '../../subscribers/consent.ts'
import { readLink, signLink } from '../../subscribers/link-token.ts'
import { markSignupConfirmed, type Signup, signupById } from '../../subscribers/signup.repo.ts'
import { lockSubscriber, subscriberById } from '../../subscribers/subscriber.repo.ts'
import { isJoined, type Subscriber, type TopicText } from '../../subscribers/subscriber.ts'
import { topicsOf } from '../../subscribers/topic.repo.ts'
import { askedBehind } from '../link-holder.ts'
import { grant } from './grant.ts'

/** What the page behind a confirmation link shows. */
export interface Confirmation {
  signup: Signup
  subscriber: Subscriber
  /** They have a subscription now. */
  joined: boolean
  /** The signup began the subscription that they have, or had last; else it added topics, or belongs to an older one. */
  began: boolean
  /** As they are now. */
  topics: TopicText[]
  /** When the next digest may come; undefined for somebody who gets none. */
  next: DueDate | undefined
  /** The token of the page for topics, days and hour; null for somebody without a subscription. */
  manage: string | null
  welcome: WelcomeMessage | null
  /** The topics that the signup added, while it is their newest change. */
  change: Change | null
}

/** Reads, and changes nothing. Throws link.*. */
export async function openConfirmation(deps: Deps, token: string): Promise<Confirmation> {
  const { config, db, clock } = deps
  const { signup, subscriber } = await signupBehind(deps, db, token, subscriberById)
  const joined = isJoined(subscriber)
  const { id, epoch, state, confirmedAt } = subscriber
  const manage = { purpose: 'manage', id, epoch, issuedAt: signup.confirmedAt ?? signup.createdAt } as const
  return {
    signup,
    subscriber,
    joined,
    began: signup.confirmedAt !== null && signup.confirmedAt.getTime() === confirmedAt?.getTime(),
    topics: await topicsOf(db, id),
    next: state === 'active' ? nextDue(subscriber, clock.now()) : undefined,
    manage: joined ? signLink(manage, config.APP_SECRET[0]!) : null,
    welcome: signup.confirmedAt && (await welcomeOf(db, signup.id)),
    change: await changeBy(db, signup),
  }
}

async function changeBy(db: Database, { subscriberId, confirmedAt }: Signup): Promise<Change | null> {
  const [newest] = await newestChanges(db, subscriberId, 1)
  return newest && newest.at.getTime() === confirmedAt?.getTime() ? newest : null
}

/**
 * The button behind the mailed link. Whoever begins a subscription with it is left a welcome. False where it had been
 * pressed before, which changes nothing. Throws link.*, subscriber.suppressed.
 */
export async function confirm(deps: ServiceDeps, token: string): Promise<boolean> {
  const now = deps.clock.now()
  const shelf = await shelfFor(deps, token, now)
  const before = await deps.db.$transaction(async (tx) => {
    const { signup, subscriber } = await signupBehind(deps, tx, token, lockSubscriber)
    if (signup.confirmedAt) return undefined
    const asked = { subscriber, wish: signup.wish, how: 'page', wording: CONSENT_WORDING.version, now }
    const began = await grant(tx, asked)
    if (began) await leaveWelcome(deps, tx, { signupId: signup.id, subscriberId: subscriber.id, shelf, now })
    await markSignupConfirmed(tx, signup.id, now)
    await endBackOff(tx, deps.config, { key: subscriber.addressKey, now })
    return subscriber
  })
  if (!before) return false
  deps.log.info('subscriber.confirmed', { subscriber: before.id, before: before.state })
  await nudgeAnswers(deps)
  return true
}

const EMPTY: WelcomeShelf = { archive: null, papers: [], shown: [] }

/** Empty where no welcome is due, and where its papers cannot be read while the database answers. */
async function shelfFor(deps: Deps, token: string, now: Date): Promise<WelcomeShelf> {
  const { signup, subscriber } = await signupBehind(deps, deps.db, token, subscriberById)
  if (signup.confirmedAt || isJoined(subscriber)) return EMPTY
  const topics = signup.wish.topics.length > 0 || (await topicsOf(deps.db, subscriber.id)).length > 0
  return readForWelcome(deps, { subscriberId: subscriber.id, topics, now }).catch((error) => {
    if (isDatabaseAway(error)) throw error
    deps.log.error('welcome.failed', { subscriber: subscriber.id, what: textOf(error) })
    return EMPTY
  })
}

async function signupBehind(
  { config, clock }: Deps,
  db: DatabaseOrTransaction,
  token: string,
  subscriberWith: typeof lockSubscriber,
): Promise<{ signup: Signup; subscriber: Subscriber }> {
  const link = readLink(token, 'confirm', config.APP_SECRET, clock.now())
  const { asked, subscriber } = await askedBehind(db, { link, askedById: signupById, subscriberWith })
  return { signup: asked, subscriber }
}
