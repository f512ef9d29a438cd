import { DAY_MS } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { errorFields } from '../../core/errors.ts'
import { siteOf } from '../../emails/compose-message.ts'
import { nameInSubject } from '../../mail/templates/template.ts'
import { sendDirectly } from '../send-directly.ts'
import {
  type Alert,
  claimAlerts,
  countAlertEmailsSince,
  markAlertsSent,
  retryAlertsAt,
  unsentAlerts,
} from './alert.repo.ts'
import { writeAlert, writeAlertList } from './write-alert.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/** Emails per hour. The last one lists all remaining alerts, one per line. */
const MAX_PER_HOUR = 6
/** Older alerts are not sent. */
const MAX_AGE_MS = 7 * DAY_MS
/** If a process dies while it sends, its alerts are blocked for this long. */
const CLAIM_MS = 5 * MINUTE_MS
const RETRY_DELAYS_MS = [1, 5, 15, 60].map((minutes) => minutes * MINUTE_MS)

/**
 * Emails pending alerts to OPERATOR_EMAIL, without a row in the outbox. A pause of delivery has no effect on it,
 * SENDING=off has. Each alert is sent at least once, and more than once only if the server's reply was lost.
 */
export async function sendAlerts(deps: Deps): Promise<void> {
  const { OPERATOR_EMAIL, SMTP_URL, SENDING } = deps.config
  if (!OPERATOR_EMAIL || !SMTP_URL || SENDING === 'off') return
  const now = deps.clock.now()
  const unsent = await unsentAlerts(deps.db, { since: before(now, MAX_AGE_MS), now })
  if (unsent.length === 0) return
  const emailsLeft = MAX_PER_HOUR - (await countAlertEmailsSince(deps.db, before(now, HOUR_MS)))
  for (const [i, batch] of groupIntoEmails(unsent, emailsLeft).entries()) {
    if (!(await sendAlertEmail(deps, OPERATOR_EMAIL, batch, i))) return
  }
}

const before = (now: Date, ms: number): Date => new Date(now.getTime() - ms)

/** Groups alerts into emails. */
function groupIntoEmails(unsent: Alert[], emailsLeft: number): Alert[][] {
  if (emailsLeft <= 0) return []
  const alone = unsent.length <= emailsLeft ? unsent.length : emailsLeft - 1
  const rest = unsent.slice(alone)
  return [...unsent.slice(0, alone).map((one) => [one]), ...(rest.length > 0 ? [rest] : [])]
}

/** False if the mail server rejected it: then skip the next one. */
async function sendAlertEmail(deps: Deps, to: string, alerts: Alert[], place: number): Promise<boolean> {
  const { db, clock, log, config } = deps
  const now = clock.now()
  const ids = alerts.map(({ id }) => id)
  const claimed = await claimAlerts(db, { ids, now, until: new Date(now.getTime() + CLAIM_MS) })
  const claimedAlerts = alerts.filter(({ id }) => claimed.includes(id))
  const [first] = claimedAlerts
  if (!first) return true
  const written = claimedAlerts.length === 1 ? writeAlert(first) : writeAlertList(claimedAlerts)
  const email = { ...written, subject: `${nameInSubject(siteOf(config))}: ${written.subject}` }
  const refusal = await refusalOf(deps, { kind: 'alert' as const, to, ...email })
  if (refusal === undefined) {
    // Distinct instants: countAlertEmailsSince counts them.
    await markAlertsSent(db, claimed, new Date(clock.now().getTime() + place))
    log.info('alert.sent', { alerts: claimed.join(','), kind: first.kind })
    return true
  }
  const pause = RETRY_DELAYS_MS[first.attempts] ?? RETRY_DELAYS_MS.at(-1)!
  await retryAlertsAt(db, claimed, new Date(now.getTime() + pause))
  log.error('alert.not-sent', { alerts: claimed.join(','), kind: first.kind, what: refusal })
  return false
}

/** Why the server rejected the email; undefined if it was accepted. */
async function refusalOf(deps: Deps, mail: Parameters<typeof sendDirectly>[1]): Promise<string | undefined> {
  try {
    const { result } = await sendDirectly(deps, mail)
    return result?.accepted ? undefined : (result?.reply ?? 'nothing was sent')
  } catch (error) {
    return errorFields(error).what
  }
}
