import { type ListedReturn, returnsOfMessages } from '../../bounces/returned-list-store.ts'
import { makeReady, messageById, type ShownMessage } from '../../delivery/ledger/message-list-store.ts'
import type { MessageState } from '../../delivery/message.ts'
import { Fault } from '../../platform/errors.ts'
import { readSwitch } from '../../platform/switch-store.ts'
import { subscriberById } from '../../subscribers/subscriber-store.ts'
import { suppressionOf } from '../../subscribers/suppression-store.ts'
import type { Deps } from '../../wiring.ts'
import { DELIVERY } from '../operator/restore/restored.ts'

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
