import { DAY_MS } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { claimTick, newestSlot } from '../core/tick.repo.ts'
import { holdDomain } from '../mail/rate-limits/domain-incident.repo.ts'
import { isDomainHeld } from '../mail/rate-limits/send-rate.repo.ts'
import { bounceShareOfDomain } from './domain-share.repo.ts'

const LEAST = 20
const SHARE_PER_CENT = 5

/**
 * Lets a domain be for an hour where 5 % of a day's mails to it came back for what it wants or for something of ours, to
 * twenty people at least: as a run does that is refused so much at the door. What led to one hour does not lead to another.
 */
export async function holdBouncingDomains(deps: Deps, domains: readonly string[]): Promise<void> {
  const { db, clock, log } = deps
  const at = clock.now()
  const dayAgo = new Date(at.getTime() - DAY_MS)
  for (const domain of domains) {
    if (await isDomainHeld(db, domain)) continue
    const from = (await newestSlot(db, tickName(domain))) ?? dayAgo
    const {
      people,
      mails,
      said: last,
    } = await bounceShareOfDomain(db, {
      ...{ domain, from: from > dayAgo ? from : dayAgo, mailsFrom: dayAgo, perCent: SHARE_PER_CENT },
    })
    const share = Math.round((people * 100) / Math.max(mails, people))
    if (people < LEAST || share < SHARE_PER_CENT) continue
    const summary = `${share} % of ${mails} emails in a day, according to reports`
    await claimTick(db, tickName(domain), at)
    await holdDomain(db, { domain, said: summary, why: `${summary}, the last with: ${last}`, at })
    log.error('delivery.domain-held', { share, of: mails, by: 'reports' })
  }
}

/** Kept for longer than the day that counts. */
const tickName = (domain: string): string => `returns of ${domain}`
