import { failureOf, textOf } from '../../../platform/errors.ts'
import { scrub } from '../../../platform/log.ts'
import type { Nudge } from '../../../platform/queue.ts'
import { endTrouble, noteTrouble } from '../../../platform/trouble-store.ts'
import type { Deps } from '../../../wiring.ts'

/** Does the work of a nudge, and writes down since when it fails: the queue keeps that where no operator looks. */
export async function noted(deps: Deps, nudge: Nudge, work: () => Promise<unknown>): Promise<void> {
  const { db, clock, log } = deps
  const name = troubleOf(nudge)
  const write = (step: Promise<void>) =>
    step.catch((error) => log.error('database.error', { what: textOf(error) }))
  try {
    await work()
  } catch (error) {
    const { code, what } = failureOf(error)
    log.error('nudge.failed', { nudge, code, what })
    await write(noteTrouble(db, { name, what: code, said: scrub(what), since: clock.now() }))
    throw error
  }
  await write(endTrouble(db, name))
}

/** The name of the trouble that work of this kind fails. */
export const troubleOf = (nudge: Nudge): string => `work ${nudge}`
