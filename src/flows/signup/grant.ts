import type { DatabaseOrTransaction } from '../../platform/database.ts'
import { Fault } from '../../platform/errors.ts'
import { isSame } from '../../subscribers/change.ts'
import { recordChange } from '../../subscribers/change-store.ts'
import { recordConsent } from '../../subscribers/consent-store.ts'
import { startDateOf } from '../../subscribers/start-date.ts'
import { MOST_TOPICS, type Subscriber, type Wish } from '../../subscribers/subscriber.ts'
import { changeSubscriber } from '../../subscribers/subscriber-store.ts'
import { suppressionOf } from '../../subscribers/suppression-store.ts'
import { addTopics } from '../../subscribers/topic-store.ts'
import { standingOf } from '../subscriber/standing.ts'
import { parseTopic } from './read-signup.ts'

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
export async function grant(
  tx: DatabaseOrTransaction,
  { subscriber, wish, how, wording, now }: GrantInput,
): Promise<boolean> {
  await requireUnsuppressed(tx, subscriber.addressHash)
  const { id, state, epoch } = subscriber
  const { topics, ...settings } = wish
  const joined = isJoined(subscriber)
  if (!joined) {
    await changeSubscriber(tx, id, {
      ...settings,
      state: 'active',
      stateBefore: null,
      epoch: state === 'pending' ? epoch : epoch + 1,
      confirmedAt: now,
      startDate: startDateOf(now, settings),
      pausedUntil: null,
    })
  }
  const parsed = topics.map(({ name, query }) => ({ ...parseTopic(query), name }))
  const before = await standingOf(tx, subscriber)
  await addTopics(tx, { subscriberId: id, topics: parsed, most: MOST_TOPICS })
  const after = await standingOf(tx, subscriber)
  const change = { subscriberId: id, at: now, how, before, after }
  if (joined && !isSame(before, after)) await recordChange(tx, change)
  const event = joined ? 'topics-added' : 'confirmed'
  await recordConsent(tx, { subscriberId: id, at: now, event, how, wording })
  return !joined
}

/** Whether they have a subscription, so that a wish adds topics to it. */
export const isJoined = ({ state }: Pick<Subscriber, 'state'>): boolean =>
  state === 'active' || state === 'paused'

/** Throws subscriber.suppressed. */
export async function requireUnsuppressed(tx: DatabaseOrTransaction, addressHash: string): Promise<void> {
  const suppression = await suppressionOf(tx, addressHash)
  if (!suppression) return
  const { reason, at } = suppression
  throw new Fault('subscriber.suppressed', { reason, since: at.toISOString() })
}
