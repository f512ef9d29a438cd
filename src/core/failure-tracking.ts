import type { Deps } from './deps.ts'
import { errorFields, errorText } from './errors.ts'
import { endIncident, openIncidents, recordIncident } from './incident.repo.ts'
import { redact } from './log.ts'
import type { Nudge } from './queue.ts'
import { claimTick } from './tick.repo.ts'

/**
 * Runs the work of a nudge and records since when it fails, since operators do not look into the queue. Failed work
 * with `restMs` runs again once in each period of that length, however many nudges there are.
 */
export async function withFailureTracking(
  deps: Deps,
  nudge: Nudge,
  work: () => Promise<unknown>,
  { restMs }: { restMs?: number } = {},
): Promise<void> {
  const { db, clock, log } = deps
  const name = `work ${nudge}`
  if (restMs && (await isBackingOff(deps, name, restMs))) return
  const save = (step: Promise<void>) =>
    step.catch((error) => log.error('database.error', { what: errorText(error) }))
  try {
    await work()
  } catch (error) {
    const { code, what } = errorFields(error)
    log.error('nudge.failed', { nudge, code, what })
    await save(recordIncident(db, { name, what: code, detail: redact(what), since: clock.now() }))
    if (restMs) return
    throw error
  }
  await save(endIncident(db, name))
}

async function isBackingOff({ db, clock }: Deps, name: string, restMs: number): Promise<boolean> {
  if (!(await openIncidents(db)).some((incident) => incident.name === name)) return false
  const slot = new Date(Math.floor(clock.now().getTime() / restMs) * restMs)
  return !(await claimTick(db, name, slot))
}
