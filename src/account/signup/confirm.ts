import type { Database } from '../../core/database/database.ts'
import type { Deps, ServiceDeps } from '../../core/deps.ts'
import { nextDue } from '../../digests/due.ts'
import { enqueueWelcome, welcomeOf } from '../../digests/welcome-message.ts'
import { nudgeTransactional } from '../../mail/message.ts'
import { newestChanges, recordChange } from '../../subscribers/change.repo.ts'
import { isSameSubscription } from '../../subscribers/change.ts'
import { recordConsents } from '../../subscribers/consent.repo.ts'
import { readLink, signLink } from '../../subscribers/links.ts'
import { markSignupConfirmed, signupById } from '../../subscribers/signup.repo.ts'
import { changeSubscriber } from '../../subscribers/subscriber.repo.ts'
import {
  hasSubscription,
  type SignupRequest,
  type Subscriber,
  startDateOf,
  type TopicText,
  topicsThatFit,
} from '../../subscribers/subscriber.ts'
import { requireUnsuppressed } from '../../subscribers/suppression.repo.ts'
import { loadSubscription, setTopics, storedTopicsOf, topicsOf } from '../../subscribers/topic.repo.ts'
import { endBackOff } from '../../subscribers/transactional-message.ts'
import { lockRequest, requestBehindLink } from '../find-subscriber.ts'

export type Confirmation = Awaited<ReturnType<typeof openConfirmation>>

/** Read-only. Throws link.*. */
export async function openConfirmation(deps: Deps, token: string) {
  const { config, db, clock } = deps
  const { signup, subscriber } = await signupBehindLink(deps, token)
  const joined = hasSubscription(subscriber)
  const { id, epoch, state, confirmedAt } = subscriber
  const [newest] = await newestChanges(db, id, 1)
  const manage = { purpose: 'manage', id, epoch, issuedAt: signup.confirmedAt ?? signup.createdAt } as const
  return {
    signup,
    subscriber,
    joined,
    /** Whether this signup began their current or last subscription; otherwise it added topics, or is from before it. */
    began: signup.confirmedAt !== null && signup.confirmedAt.getTime() === confirmedAt?.getTime(),
    topics: await topicsOf(db, id),
    /** When the next digest may be due; undefined if they get none. */
    next: state === 'active' ? nextDue(subscriber, clock.now()) : undefined,
    /** The token of the page for topics, days and hour; null without a subscription. */
    manage: joined ? signLink(manage, config.APP_SECRET[0]!) : null,
    welcome: signup.confirmedAt && (await welcomeOf(db, { id: signup.id, confirmedAt: signup.confirmedAt })),
    /** The change that added this signup's topics, if it is their newest one. */
    change: newest && newest.at.getTime() === signup.confirmedAt?.getTime() ? newest : null,
  }
}

/**
 * The button behind the emailed link. If it begins a subscription, enqueues a welcome. False if it had been pressed
 * before, which changes nothing. Throws link.*, subscriber.suppressed.
 */
export async function confirm(deps: ServiceDeps, token: string): Promise<boolean> {
  const now = deps.clock.now()
  const opened = await signupBehindLink(deps, token)
  const before = await deps.db.$transaction(async (tx) => {
    const { request: signup, subscriber } = await lockRequest(tx, opened.signup, signupById)
    if (signup.confirmedAt) return undefined
    const began = await applySignup(tx, { subscriber, request: signup.request, how: 'page', now })
    if (began) await enqueueWelcome(deps, tx, { signupId: signup.id, subscriberId: subscriber.id, now })
    await markSignupConfirmed(tx, signup.id, now)
    await endBackOff(tx, deps.config, { key: subscriber.addressKey, now })
    return subscriber
  })
  if (!before) return false
  deps.log.info('subscriber.confirmed', { subscriber: before.id, before: before.state })
  await nudgeTransactional(deps)
  return true
}

async function signupBehindLink({ config, clock, db }: Deps, token: string) {
  const link = readLink(token, 'confirm', config.APP_SECRET, clock.now())
  const { request: signup, subscriber } = await requestBehindLink(db, link, signupById)
  return { signup, subscriber }
}

interface ApplySignupInput {
  /** Locked by this transaction. */
  subscriber: Subscriber
  request: SignupRequest
  how: string
  now: Date
}

/**
 * Applies a sign-up request and records the consent: begins a subscription, or adds topics to an existing one. Earlier
 * topics stay, and topics beyond the limit are left out. True if a subscription began. Throws subscriber.suppressed.
 */
export async function applySignup(tx: Database, input: ApplySignupInput): Promise<boolean> {
  const { subscriber, how, now } = input
  await requireUnsuppressed(tx, subscriber.addressHash)
  const joined = hasSubscription(subscriber)
  await (joined ? addRequestedTopics(tx, input) : activate(tx, input))
  const event = joined ? 'topics-added' : 'confirmed'
  await recordConsents(tx, [{ subscriberId: subscriber.id, at: now, event, how }])
  return !joined
}

async function activate(tx: Database, { subscriber, request, now }: ApplySignupInput): Promise<void> {
  const { id, state, epoch } = subscriber
  const { topics, ...settings } = request
  await changeSubscriber(tx, id, {
    ...settings,
    state: 'active',
    stateBefore: null,
    epoch: state === 'pending' ? epoch : epoch + 1,
    confirmedAt: now,
    startDate: startDateOf(now, settings),
    pausedUntil: null,
  })
  await insertTopics(tx, id, topics)
}

/** Adds the topics as a change that can be undone; ignores the settings of the request. */
async function addRequestedTopics(
  tx: Database,
  { subscriber, request, how, now }: ApplySignupInput,
): Promise<void> {
  const before = await loadSubscription(tx, subscriber)
  await insertTopics(tx, subscriber.id, request.topics)
  const after = await loadSubscription(tx, subscriber)
  if (isSameSubscription(before, after)) return
  await recordChange(tx, { subscriberId: subscriber.id, at: now, how, before, after })
}

/** Appends the topics whose query they do not have yet, up to the limits. */
async function insertTopics(tx: Database, subscriberId: string, requested: TopicText[]): Promise<void> {
  const kept = await storedTopicsOf(tx, subscriberId)
  const others = requested.filter(({ query }) => kept.every((topic) => topic.query !== query))
  await setTopics(tx, { subscriberId, topics: [...kept, ...topicsThatFit(kept, others)] })
}
