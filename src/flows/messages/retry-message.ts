import type { MessageState } from '../../delivery/message.ts'
import { makeReady, messageById, type ShownMessage } from '../../delivery/message-list-store.ts'
import { Fault } from '../../platform/errors.ts'
import type { Deps } from '../../wiring.ts'

/** As the operator reads a state: gave-up. */
export const stateName = (state: MessageState): string => state.replace('_', '-')

/** Throws message.unknown. */
export async function showMessage({ db }: Deps, { id }: { id: string }): Promise<ShownMessage> {
  const message = await messageById(db, id)
  if (!message) throw new Fault('message.unknown', { id: id.slice(0, 40) })
  return message
}

/** Makes a message ready again, for the next run. Throws message.unknown, message.cannot-retry. */
export async function retryMessage(deps: Deps, { id }: { id: string }): Promise<void> {
  const { state, deadline } = await showMessage(deps, { id })
  if (await makeReady(deps.db, id, deps.clock.now())) return
  throw new Fault('message.cannot-retry', { id, state: stateName(state), deadline: deadline.toISOString() })
}
