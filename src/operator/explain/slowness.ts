import { addDays, dayOf, midnight } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { countAcceptances } from '../../mail/outbox/acceptance.repo.ts'
import type { ShownMessage } from '../../mail/outbox/message-list.repo.ts'
import { domainOf, rampUpMails } from '../../mail/rate-limits/pace.ts'
import { noticesWhile } from '../alerts/notice.repo.ts'
import { limitingPaces, paceText } from '../limiting-paces.ts'
import { isWaiting } from '../message-life.ts'
import type { Verdict } from './say.ts'

/** Which pace a digest waits for, or waited for until its time was over; the text goes on from "Waiting: ". */
export type Slowness = Verdict

/** Null where no pace is known to have held it up. */
export async function slownessOf(deps: Deps, mail: ShownMessage): Promise<Slowness | null> {
  if (mail.lane !== 'digests' || mail.toAddress === null) return null
  const domain = domainOf(mail.toAddress)
  if (isWaiting(mail)) return slownessNow(deps, domain)
  return mail.reason === 'expired' ? slownessThen(deps, mail, domain) : null
}

async function slownessNow(deps: Deps, domain: string): Promise<Slowness | null> {
  const pace = (await limitingPaces(deps)).find(
    ({ kind, domain: whose, left }) => whose === domain || (kind === 'ramp-up' && left === 0),
  )
  return pace
    ? { code: pace.kind === 'ramp-up' ? 'ramp-up' : `domain-${pace.kind}`, text: paceText(pace) }
    : null
}

async function slownessThen(
  { db, config }: Deps,
  { datedAt, deadline }: ShownMessage,
  domain: string,
): Promise<Slowness | null> {
  const stopped = await noticesWhile(db, { kind: 'run-stopped', from: datedAt, to: deadline })
  if (stopped.some(({ values }) => values.what === 'domain-held' && values.subject === domain))
    return { code: 'domain-held', text: `email to ${domain} was on hold because it refused too much` }
  const mails = rampUpMails(config, datedAt)
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
