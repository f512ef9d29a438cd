import { DAY_MS } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { claimTick, newestSlot } from '../core/tick.repo.ts'
import { holdDomain } from '../mail/rate-limits/domain-incident.repo.ts'
import { isDomainHeld } from '../mail/rate-limits/send-rate.repo.ts'
import { bounceShareOfDomain } from './domain-share.repo.ts'

const LEAST = 20
const SHARE_PER_CENT = 5

/**
 * Pauses sending to a domain for an hour if 5 % of a day's emails to it bounced because of its policy or a problem on
 * our side, for at least twenty subscribers. A run does the same if a server rejects that share during delivery. The
 * same bounces do not cause a second pause.
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

/** The tick is kept for longer than the day that is counted. */
const tickName = (domain: string): string => `returns of ${domain}`
