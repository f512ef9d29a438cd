import { type ListedReturn, returnsOfMessages } from '../bounces/returned-list.repo.ts'
import type { Deps } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import { DELIVERY } from '../core/restored.ts'
import { readSwitch } from '../core/switch.repo.ts'
import type { MessageState } from '../mail/message.ts'
import { makeReady, messageById, type ShownMessage } from '../mail/outbox/message-list.repo.ts'
import { subscriberById } from '../subscribers/subscriber.repo.ts'
import { suppressionOf } from '../subscribers/suppression.repo.ts'

/** As the operator reads a state: gave-up. */
export const stateName = (state: MessageState): string => state.replace('_', '-')

/** A message with all that is known of it. */
export interface WholeMessage extends ShownMessage {
  /** Bounces and complaints about it, oldest first. */
  returned: ListedReturn[]
}

/** Throws message.unknown. */
export async function showMessage({ db }: Pick<Deps, 'db'>, { id }: { id: string }): Promise<WholeMessage> {
  const message = await messageById(db, id)
  if (!message) throw new Fault('message.unknown', { id: id.slice(0, 40) })
  return { ...message, returned: await returnsOfMessages(db, [id]) }
}

/** What keeps a ready message from going all the same. `off`: the setting SENDING. */
export type Held = 'suppressed' | 'not-active' | 'paused' | 'off'

/**
 * Makes a message ready again, for the next run; returns what holds it all the same. Throws message.unknown,
 * message.cannot-retry.
 */
export async function retryMessage(deps: Deps, { id }: { id: string }): Promise<Held | null> {
  const message = await showMessage(deps, { id })
  const { state, deadline } = message
  if (await makeReady(deps.db, id, deps.clock.now())) return whatHolds(deps, message)
  throw new Fault('message.cannot-retry', { id, state: stateName(state), deadline: deadline.toISOString() })
}

async function whatHolds({ db, config }: Deps, { kind, subscriberId }: ShownMessage): Promise<Held | null> {
  const subscriber = await subscriberById(db, subscriberId)
  if (subscriber && (await suppressionOf(db, subscriber.addressHash))) return 'suppressed'
  if (TO_ACTIVE.includes(kind) && subscriber?.state !== 'active') return 'not-active'
  if (await readSwitch(db, DELIVERY)) return 'paused'
  return config.SENDING === 'off' ? 'off' : null
}

const TO_ACTIVE = ['digest', 'welcome', 'note']
