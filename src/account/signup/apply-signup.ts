import type { DatabaseOrTransaction } from '../../core/database/database.ts'
import { recordChange } from '../../subscribers/change.repo.ts'
import { isSameSubscription } from '../../subscribers/change.ts'
import { recordConsent } from '../../subscribers/consent.repo.ts'
import { loadSubscription } from '../../subscribers/load-subscription.ts'
import { parseTopic } from '../../subscribers/read-signup.ts'
import { startDateOf } from '../../subscribers/start-date.ts'
import { changeSubscriber } from '../../subscribers/subscriber.repo.ts'
import {
  hasSubscription,
  MAX_TOPICS,
  type SignupRequest,
  type Subscriber,
  type TopicText,
} from '../../subscribers/subscriber.ts'
import { requireUnsuppressed } from '../../subscribers/suppression.repo.ts'
import { addTopics } from '../../subscribers/topic.repo.ts'

export interface ApplySignupInput {
  /** Locked by this transaction. */
  subscriber: Subscriber
  request: SignupRequest
  how: string
  wording: string
  now: Date
}

/**
 * Applies a sign-up request and records the consent: begins a subscription, or adds topics to an existing one. Earlier
 * topics stay, and topics beyond the limit are left out. True if a subscription began. Throws subscriber.suppressed.
 */
export async function applySignup(tx: DatabaseOrTransaction, input: ApplySignupInput): Promise<boolean> {
  const { subscriber, how, wording, now } = input
  await requireUnsuppressed(tx, subscriber.addressHash)
  const joined = hasSubscription(subscriber)
  await (joined ? addRequestedTopics(tx, input) : activate(tx, input))
  const event = joined ? 'topics-added' : 'confirmed'
  await recordConsent(tx, { subscriberId: subscriber.id, at: now, event, how, wording })
  return !joined
}

async function activate(
  tx: DatabaseOrTransaction,
  { subscriber, request, now }: ApplySignupInput,
): Promise<void> {
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
  tx: DatabaseOrTransaction,
  { subscriber, request, how, now }: ApplySignupInput,
): Promise<void> {
  const before = await loadSubscription(tx, subscriber)
  await insertTopics(tx, subscriber.id, request.topics)
  const after = await loadSubscription(tx, subscriber)
  if (isSameSubscription(before, after)) return
  await recordChange(tx, { subscriberId: subscriber.id, at: now, how, before, after })
}

async function insertTopics(
  tx: DatabaseOrTransaction,
  subscriberId: string,
  requested: TopicText[],
): Promise<void> {
  const topics = requested.map(({ name, query }) => ({ ...parseTopic(query), name }))
  await addTopics(tx, { subscriberId, topics, most: MAX_TOPICS })
}
