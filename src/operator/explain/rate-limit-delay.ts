import { addDays, dayOf, midnight } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { countAcceptances } from '../../mail/outbox/acceptance.repo.ts'
import type { MessageWithHistory } from '../../mail/outbox/message-list.repo.ts'
import { emailDomain, rampUpQuota } from '../../mail/rate-limits/send-rate.ts'
import { alertsDuring } from '../alerts/alert.repo.ts'
import { deliveryLimits, deliveryLimitText } from '../delivery-limits.ts'
import { isWaiting } from '../message-timeline.ts'
import type { Verdict } from './format.ts'

/** The rate limit that a digest waits for, or waited for until its deadline. The text continues "Waiting: ". */
export type RateLimitDelay = Verdict

/** Null if no known rate limit delayed it. */
export async function rateLimitDelay(deps: Deps, mail: MessageWithHistory): Promise<RateLimitDelay | null> {
  if (mail.lane !== 'bulk' || mail.toAddress === null) return null
  const domain = emailDomain(mail.toAddress)
  if (isWaiting(mail)) return currentDelay(deps, domain)
  return mail.reason === 'expired' ? pastDelay(deps, mail, domain) : null
}

async function currentDelay(deps: Deps, domain: string): Promise<RateLimitDelay | null> {
  const sendRate = (await deliveryLimits(deps)).find(
    ({ kind, domain: whose, left }) => whose === domain || (kind === 'ramp-up' && left === 0),
  )
  return sendRate
    ? {
        code: sendRate.kind === 'ramp-up' ? 'ramp-up' : `domain-${sendRate.kind}`,
        text: deliveryLimitText(sendRate),
      }
    : null
}

async function pastDelay(
  { db, config }: Deps,
  { datedAt, deadline }: MessageWithHistory,
  domain: string,
): Promise<RateLimitDelay | null> {
  const stopped = await alertsDuring(db, { kind: 'run-stopped', from: datedAt, to: deadline })
  if (stopped.some(({ values }) => values.what === 'domain-held' && values.subject === domain))
    return { code: 'domain-held', text: `email to ${domain} was on hold because it refused too much` }
  const mails = rampUpQuota(config, datedAt)
  if (mails === undefined) return null
  const from = midnight(dayOf(datedAt))
  const went = await countAcceptances(db, { from, to: midnight(addDays(dayOf(datedAt), 1)), most: mails })
  return went < mails
    ? null
    : {
        code: 'ramp-up',
        text: `the ${mails.toLocaleString('en')} emails allowed that day for a new sending domain were used up (ramp-up)`,
      }
}
