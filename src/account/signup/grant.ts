import type { DatabaseOrTransaction } from '../../core/database/database.ts'
import { recordChange } from '../../subscribers/change.repo.ts'
import { isSame } from '../../subscribers/change.ts'
import { recordConsent } from '../../subscribers/consent.repo.ts'
import { parseTopic } from '../../subscribers/read-signup.ts'
import { standingOf } from '../../subscribers/standing.ts'
import { startDateOf } from '../../subscribers/start-date.ts'
import { changeSubscriber } from '../../subscribers/subscriber.repo.ts'
import {
  isJoined,
  MAX_TOPICS,
  type Subscriber,
  type TopicText,
  type Wish,
} from '../../subscribers/subscriber.ts'
import { requireUnsuppressed } from '../../subscribers/suppression.repo.ts'
import { addTopics } from '../../subscribers/topic.repo.ts'

export interface GrantInput {
  /** Locked by this transaction. */
  subscriber: Subscriber
  wish: Wish
  how: string
  wording: string
  now: Date
}

/**
 * Makes a wish so, consent and all: a subscription for somebody who has none, more topics for somebody who has one;
 * topics from before stay, and what goes beyond the limit is left out. True where a subscription began. Throws
 * subscriber.suppressed.
 */
export async function grant(tx: DatabaseOrTransaction, input: GrantInput): Promise<boolean> {
  const { subscriber, how, wording, now } = input
  await requireUnsuppressed(tx, subscriber.addressHash)
  const joined = isJoined(subscriber)
  await (joined ? widen(tx, input) : begin(tx, input))
  const event = joined ? 'topics-added' : 'confirmed'
  await recordConsent(tx, { subscriberId: subscriber.id, at: now, event, how, wording })
  return !joined
}

async function begin(tx: DatabaseOrTransaction, { subscriber, wish, now }: GrantInput): Promise<void> {
  const { id, state, epoch } = subscriber
  const { topics, ...settings } = wish
  await changeSubscriber(tx, id, {
    ...settings,
    state: 'active',
    stateBefore: null,
    epoch: state === 'pending' ? epoch : epoch + 1,
    confirmedAt: now,
    startDate: startDateOf(now, settings),
    pausedUntil: null,
  })
  await addAsked(tx, id, topics)
}

/** Adds the topics, which is a change that can be undone; the settings of the wish do not count. */
async function widen(tx: DatabaseOrTransaction, { subscriber, wish, how, now }: GrantInput): Promise<void> {
  const before = await standingOf(tx, subscriber)
  await addAsked(tx, subscriber.id, wish.topics)
  const after = await standingOf(tx, subscriber)
  if (isSame(before, after)) return
  await recordChange(tx, { subscriberId: subscriber.id, at: now, how, before, after })
}

async function addAsked(tx: DatabaseOrTransaction, subscriberId: string, asked: TopicText[]): Promise<void> {
  const topics = asked.map(({ name, query }) => ({ ...parseTopic(query), name }))
  await addTopics(tx, { subscriberId, topics, most: MAX_TOPICS })
}
