import type { Deps } from '../../core/deps.ts'
import { errorText } from '../../core/errors.ts'
import { endIncident, recordIncident } from '../../core/incident.repo.ts'
import type { Lane } from '../message.ts'
import { endDomainIncidents } from '../rate-limits/send-rate.repo.ts'
import type { Run } from './run.ts'

const LANES: Lane[] = ['transactional', 'bulk']
/** Causes that concern the server, so the email of any lane shows that they are over. */
const SERVER_CAUSES = ['unreachable', 'login-refused', 'tls-refused']

const nameOf = (lane: Lane): string => `delivery ${lane}`

/**
 * Records at once that an attempt did not reach the server, and that one did again: a run may end without a stop, since
 * its emails wait for their next try, or last for hours. The incident begins with the first attempt.
 */
export async function recordReach(deps: Deps, lane: Lane, run: Run, isReached: boolean): Promise<void> {
  // Once the run stops, recordStop records why.
  if (run.halt.aborted || isReached === !run.isServerSilent) return
  run.isServerSilent = !isReached
  await withLoggedErrors(deps, async ({ db, clock }) => {
    const name = nameOf(lane)
    if (isReached) await endIncident(db, name)
    else await recordIncident(db, { name, what: 'unreachable', detail: run.lastReply, since: clock.now() })
  })
}

/**
 * Records incidents for the operator's alerts at the end of a run. A stop lasts until a run of this lane, or of any lane
 * if the server was the cause, gets an email accepted and does not stop; refusals of a domain last until the domain
 * accepts an email.
 */
export async function recordStop(deps: Deps, lane: Lane, run: Run): Promise<void> {
  const { result, lastReply, acceptedDomains, isServerSilent } = run
  const { stopped, accepted } = result
  await withLoggedErrors(deps, async ({ db, clock }) => {
    // A pause for missing replies has an incident of its own: see openReplyWatch.
    if (stopped && stopped !== 'unanswered')
      await recordIncident(db, { name: nameOf(lane), what: stopped, detail: lastReply, since: clock.now() })
    else if (accepted > 0 && !stopped && !isServerSilent) {
      await endIncident(db, nameOf(lane))
      for (const other of LANES) await endIncident(db, nameOf(other), SERVER_CAUSES)
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
