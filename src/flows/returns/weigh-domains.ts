import { returnedByDomain } from '../../bounces/domain-share-store.ts'
import { holdDomain } from '../../delivery/paces/domain-trouble-store.ts'
import { isHeldPace } from '../../delivery/paces/pace-store.ts'
import { DAY_MS } from '../../platform/dates.ts'
import type { Deps } from '../../wiring.ts'

const LEAST = 20
const SHARE_PER_CENT = 5

/**
 * Lets a domain be for an hour where 5 % of a day's mails to it came back for what it wants or for something of ours, twenty
 * at least: as a run does that is refused so much at the door.
 */
export async function weighDomains(deps: Deps, domains: readonly string[]): Promise<void> {
  const { db, clock, log } = deps
  const at = clock.now()
  const from = new Date(at.getTime() - DAY_MS)
  const shares = domains.length > 0 ? await returnedByDomain(db, { domains, from, least: LEAST }) : []
  for (const { domain, returned, mails, said: last } of shares) {
    const share = Math.round((returned * 100) / Math.max(mails, returned))
    if (share < SHARE_PER_CENT || (await isHeldPace(db, domain))) continue
    const said = `${share} % of a day’s ${mails} mails, by reports`
    await holdDomain(db, { domain, said, why: `${said}, the last with: ${last}`, at })
    log.error('delivery.domain-held', { share, of: mails, by: 'reports' })
  }
}
