import type { Deps } from '../core/deps.ts'
import { endIncident, recordIncident } from '../core/incident.repo.ts'
import { type Bucket, permitsLeft, takePermits } from '../core/rate-limit.ts'
import { isSignedElsewhere } from '../subscribers/links.ts'

/** The fifth request within an hour finds no permit, and one an hour comes back. */
const BUCKET: Bucket = { key: 'unknown unsubscribe links', capacity: 4, perSecond: 1 / 3600 }

/** The incident's name while people press unsubscribe links that we cannot verify. */
export const UNKNOWN_LINKS_INCIDENT = 'unknown-links'

/**
 * Counts a request to unsubscribe whose link looks like ours and was signed with a secret that we do not have. Anyone
 * can send such a request, so one bucket and one incident hold them all, over all processes.
 */
export async function countUnknownLink({ config, db, clock }: Deps, token: string): Promise<void> {
  if (!isSignedElsewhere(token, 'unsubscribe', config.APP_SECRET)) return
  const { allowed } = await takePermits(db, [BUCKET])
  if (allowed) return
  const name = UNKNOWN_LINKS_INCIDENT
  await recordIncident(db, { name, what: name, detail: 'no secret in APP_SECRET', since: clock.now() })
}

/** Once there was no such request for two hours. */
export async function endUnknownLinksIncident({ db }: Deps): Promise<void> {
  if ((await permitsLeft(db, BUCKET)) >= 2) await endIncident(db, UNKNOWN_LINKS_INCIDENT)
}
