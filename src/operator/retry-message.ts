import { bouncesOfMessages, type ListedBounce } from '../bounces/bounce-list.repo.ts'
import type { Deps } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import { DELIVERY_SWITCH } from '../core/restored-database.ts'
import { readSwitch } from '../core/switch.repo.ts'
import type { MessageState } from '../mail/message.ts'
import {
  type MessageWithHistory,
  messageById,
  RETRYABLE,
  requeueMessage,
} from '../mail/outbox/message-list.repo.ts'
import { subscriberById } from '../subscribers/subscriber.repo.ts'
import { suppressionOf } from '../subscribers/suppression.repo.ts'

/** The state as shown to the operator: gave-up. */
export const stateName = (state: MessageState): string => state.replace('_', '-')

/** A message with its history and bounces. */
export interface MessageDetails extends MessageWithHistory {
  /** Bounces and complaints about it, oldest first. */
  bounces: ListedBounce[]
}

/** Throws message.unknown. */
export async function showMessage({ db }: Pick<Deps, 'db'>, { id }: { id: string }): Promise<MessageDetails> {
  const message = await messageById(db, id)
  if (!message) throw new Fault('message.unknown', { id: id.slice(0, 40) })
  return { ...message, bounces: await bouncesOfMessages(db, [id]) }
}

/** Whether `retryMessage` accepts it. */
export const mayRetry = ({ state, reason, deadline, toAddress }: MessageDetails, now: Date): boolean =>
  RETRYABLE.includes(state) && reason !== 'restored' && toAddress !== null && deadline > now

/** What prevents sending of a ready message. `off`: the setting SENDING. */
export type HoldReason = 'suppressed' | 'not-active' | 'paused' | 'off'

/**
 * Makes a message ready again, for the next run. Returns what still prevents sending. Throws message.unknown,
 * message.cannot-retry.
 */
export async function retryMessage(deps: Deps, { id }: { id: string }): Promise<HoldReason | null> {
  const message = await showMessage(deps, { id })
  const { state, deadline } = message
  if (await requeueMessage(deps.db, id, deps.clock.now())) return holdReason(deps, message)
  throw new Fault('message.cannot-retry', { id, state: stateName(state), deadline: deadline.toISOString() })
}

async function holdReason(
  { db, config }: Deps,
  { kind, subscriberId }: MessageWithHistory,
): Promise<HoldReason | null> {
  const subscriber = await subscriberById(db, subscriberId)
  if (subscriber && (await suppressionOf(db, subscriber.addressHash))) return 'suppressed'
  if (TO_ACTIVE.includes(kind) && subscriber?.state !== 'active') return 'not-active'
  if (await readSwitch(db, DELIVERY_SWITCH)) return 'paused'
  return config.SENDING === 'off' ? 'off' : null
}

const TO_ACTIVE = ['digest', 'welcome', 'note']
