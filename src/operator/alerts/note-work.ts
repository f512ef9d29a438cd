import type { Deps } from '../../core/deps.ts'
import { failureOf, textOf } from '../../core/errors.ts'
import { scrub } from '../../core/log.ts'
import type { Nudge } from '../../core/queue.ts'
import { claimTick } from '../../core/tick.repo.ts'
import { endTrouble, noteTrouble, troubles } from '../../core/trouble.repo.ts'

/**
 * Does the work of a nudge, and writes down since when it fails: the queue keeps that where no operator looks. What failed
 * and has a rest is done again once in so many milliseconds, and not whenever somebody nudges.
 */
export async function noted(
  deps: Deps,
  nudge: Nudge,
  work: () => Promise<unknown>,
  { restMs }: { restMs?: number } = {},
): Promise<void> {
  const { db, clock, log } = deps
  const name = `work ${nudge}`
  if (restMs && (await rests(deps, name, restMs))) return
  const write = (step: Promise<void>) =>
    step.catch((error) => log.error('database.error', { what: textOf(error) }))
  try {
    await work()
  } catch (error) {
    const { code, what } = failureOf(error)
    log.error('nudge.failed', { nudge, code, what })
    await write(noteTrouble(db, { name, what: code, said: scrub(what), since: clock.now() }))
    if (restMs) return
    throw error
  }
  await write(endTrouble(db, name))
}

async function rests({ db, clock }: Deps, name: string, restMs: number): Promise<boolean> {
  if (!(await troubles(db)).some((trouble) => trouble.name === name)) return false
  const slot = new Date(Math.floor(clock.now().getTime() / restMs) * restMs)
  return !(await claimTick(db, name, slot))
}
