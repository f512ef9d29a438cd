import { MINUTE_MS } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { errorText } from '../../core/errors.ts'
import { endIncident, recordIncident } from '../../core/incident.repo.ts'
import { endDomainIncidents } from '../../limits/send-rate.repo.ts'
import { LANES, type Lane } from '../message.ts'
import type { Run } from './run.ts'

export const LOGIN_CAUSES = ['login-refused', 'tls-refused']
export const REFUSALS = ['refused-alike', 'refused-much']

/** The beginning of the incident's name; the lane follows. */
export const DELIVERY_INCIDENT = 'delivery '

const nameOf = (lane: Lane): string => DELIVERY_INCIDENT + lane

/**
 * Records during a run whether the server answers: a run may end without a stop, since its emails wait for their next
 * try, or last for hours. The incident begins with the first attempt that does not reach the server, unless another
 * attempt of this run did within the last minute: busy servers refuse single connections.
 */
export function openServerWatch(deps: Deps, lane: Lane, run: Run) {
  const { db, clock } = deps
  const openedAt = clock.now().getTime()
  let reachedAt = 0
  let endedAt = 0
  let written = Promise.resolve()
  /** In order, so that the newest result is what remains. */
  const writeNext = (write: () => Promise<void>): Promise<void> => {
    written = written.then(() => withLoggedErrors(deps, write))
    return written
  }

  return {
    /** Ends the incident of both lanes, which use one server; again each minute, in case another run opened one. */
    reached: async (): Promise<void> => {
      const now = clock.now().getTime()
      reachedAt = now
      if (run.halt.aborted || now - endedAt < MINUTE_MS) return
      endedAt = now
      // Within the first minute, another connection may still find that the login is refused, which stops the run.
      const isLoginGood = run.result.accepted > 0 && now - openedAt >= MINUTE_MS
      await writeNext(() => endServerIncidents(db, ['unreachable', ...(isLoginGood ? LOGIN_CAUSES : [])]))
    },
    notReached: async (): Promise<void> => {
      const since = clock.now()
      // Once the run stops, recordStop records why.
      if (run.halt.aborted || since.getTime() - reachedAt < MINUTE_MS) return
      endedAt = 0
      const incident = { name: nameOf(lane), what: 'unreachable', detail: run.lastReply, since }
      await writeNext(() => recordIncident(db, incident))
    },
  }
}

async function endServerIncidents(db: Deps['db'], causes: string[]): Promise<void> {
  for (const lane of LANES) await endIncident(db, nameOf(lane), causes)
}

/**
 * Records incidents for the operator's alerts at the end of a run. A stop lasts until a run of this lane, or of any lane
 * if the login was the cause, gets an email accepted and does not stop; refusals of a domain last until the domain
 * accepts an email.
 */
export async function recordStop(deps: Deps, lane: Lane, run: Run): Promise<void> {
  const { result, lastReply, acceptedDomains } = run
  const { stopped, accepted } = result
  await withLoggedErrors(deps, async ({ db, clock }) => {
    // A pause for missing replies has an incident of its own: see openReplyWatch.
    if (stopped && stopped !== 'unanswered')
      await recordIncident(db, { name: nameOf(lane), what: stopped, detail: lastReply, since: clock.now() })
    else if (accepted > 0 && !stopped) {
      await endIncident(db, nameOf(lane), REFUSALS)
      await endServerIncidents(db, LOGIN_CAUSES)
    }
    if (acceptedDomains.size > 0) await endDomainIncidents(db, acceptedDomains)
  })
}

async function withLoggedErrors(deps: Deps, write: (deps: Deps) => Promise<void>): Promise<void> {
  try {
    await write(deps)
  } catch (error) {
    deps.log.error('database.error', { what: errorText(error) })
  }
}
