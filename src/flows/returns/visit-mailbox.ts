import { claimTick } from '../../platform/tick-store.ts'
import { endTrouble, troubles } from '../../platform/trouble-store.ts'
import type { ServiceDeps } from '../../wiring.ts'
import { noted, troubleOf } from '../operator/notices/note-work.ts'
import { fetchMailbox } from './fetch-mailbox.ts'

const NUDGE = 'fetch-mailbox'
/** A wrong password that is tried each minute locks accounts. */
const REST_MS = 15 * 60_000

/** What a worker does each minute: fetches what came. What fails is noted, and tried again in a quarter of an hour. */
export async function visitMailbox(deps: ServiceDeps, options: { signal?: AbortSignal } = {}): Promise<void> {
  if (!deps.config.BOUNCE_IMAP) return endTrouble(deps.db, troubleOf(NUDGE))
  if (await rests(deps)) return
  // It is noted by now; the queue would try it again at once.
  await noted(deps, NUDGE, () => fetchMailbox(deps, options)).catch(() => {})
}

async function rests({ db, clock }: ServiceDeps): Promise<boolean> {
  if (!(await troubles(db)).some(({ name }) => name === troubleOf(NUDGE))) return false
  const slot = new Date(Math.floor(clock.now().getTime() / REST_MS) * REST_MS)
  return !(await claimTick(db, 'mailbox', slot))
}
