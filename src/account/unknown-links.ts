import type { Deps } from '../core/deps.ts'
import { endIncident, recordIncident } from '../core/incident.repo.ts'
import { type Bucket, permitsLeft, takePermits } from '../limits/permits.repo.ts'
import { NoSlot, Semaphore } from '../limits/semaphore.ts'
import { isSignedElsewhere } from '../subscribers/links.ts'

/** Four are allowed; the fifth within an hour opens the incident. */
const BUCKET: Bucket = { key: 'unknown unsubscribe links', capacity: 4, perSecond: 1 / 3600 }
/** Five at once are enough to find no permit; others that come at the same time are not counted. */
const SLOT = new Semaphore({ total: 1, maxWaiting: BUCKET.capacity })
/** How long this process stops counting after it has opened the incident. */
const PAUSE_MS = 60_000

/** The incident's name while people press unsubscribe links that we cannot verify. */
export const UNKNOWN_LINKS_INCIDENT = 'unknown-links'

let pausedAt: Date | undefined

/**
 * Counts a request to unsubscribe whose link looks like ours and was signed with a secret that we do not have. Anyone
 * can send such a request, so one bucket and one incident hold them all, over all processes, and thousands of requests
 * cost this process few statements.
 */
export async function countUnknownLink(deps: Deps, token: string): Promise<void> {
  if (!isSignedElsewhere(token, 'unsubscribe', deps.config.APP_SECRET)) return
  try {
    await SLOT.withSlot(BUCKET.key, () => countUnlessPaused(deps))
  } catch (error) {
    if (!(error instanceof NoSlot)) throw error
  }
}

async function countUnlessPaused({ db, clock }: Deps): Promise<void> {
  const now = clock.now()
  // A clock that was set back ends the pause.
  const sinceMs = pausedAt ? now.getTime() - pausedAt.getTime() : -1
  if (sinceMs >= 0 && sinceMs < PAUSE_MS) return
  const { allowed } = await takePermits(db, [BUCKET])
  if (allowed) return
  const name = UNKNOWN_LINKS_INCIDENT
  await recordIncident(db, { name, what: name, detail: 'no secret in APP_SECRET', since: now })
  pausedAt = now
}

/** Once there was no such request for two hours. */
export async function endUnknownLinksIncident({ db }: Deps): Promise<void> {
  if ((await permitsLeft(db, BUCKET)) >= 2) await endIncident(db, UNKNOWN_LINKS_INCIDENT)
}
