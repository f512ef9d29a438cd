import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { errorFields } from '../../core/errors.ts'
import { siteOf } from '../../emails/compose-message.ts'
import { nameInSubject } from '../../mail/rendering/template.ts'
import { findProblems } from '../../operator/health/conditions.ts'
import { type HealthFacts, readHealthFacts } from '../../operator/health/facts.ts'
import { HELD_DOMAIN } from '../../operator/health/mail-conditions.ts'
import { sendDirectly } from '../../operator/send-directly.ts'
import {
  type Alert,
  type AlertValues,
  addAlert,
  claimAlerts,
  countAlertEmailsSince,
  endAlert,
  markAlertsSent,
  ongoingAlerts,
  resolvedAlerts,
  retryAlertsAt,
  unsentAlerts,
} from './alert.repo.ts'
import { addWeeklyReport } from './weekly-report.ts'
import { writeAlerts } from './write-alert.ts'

/** Detects incidents and sends pending alerts. Never rejects, since it is what reports errors. */
export async function runAlerts(deps: Deps): Promise<void> {
  for (const step of [findAlerts, sendAlerts]) {
    try {
      await step(deps)
    } catch (error) {
      deps.log.error('alert.failed', errorFields(error))
    }
  }
}

/**
 * Raises an alert once for each condition that holds for long enough, ends those that no longer hold, and adds the
 * weekly summary. Any number of processes may run it at the same time.
 */
async function findAlerts(deps: Deps): Promise<void> {
  const { db, clock, log } = deps
  const at = clock.now()
  const found = alertsDue(await readHealthFacts(deps))
  for (const alert of found) {
    if (await addAlert(db, { ...alert, at })) log.warn('alert.raised', logFields(alert))
  }
  const ongoing = new Set(found.map(({ kind, key }) => `${kind} ${key}`))
  for (const { id, kind, key } of await ongoingAlerts(db)) {
    if (ongoing.has(`${kind} ${key}`) || !(await endAlert(db, id, at))) continue
    log.info('alert.ended', logFields({ kind, key }))
  }
  await addWeeklyReport(deps)
}

const alertsDue = (facts: HealthFacts) =>
  findProblems(facts).flatMap(({ condition, finding, sentence, fix }) => {
    const { name: kind, alertAfterMs } = condition
    const { key, since, values } = finding
    return alertAfterMs !== undefined && facts.now.getTime() - since.getTime() >= alertAfterMs
      ? [{ kind, key, values: { sentence, fix, detail: values.detail ?? null } }]
      : []
  })

/** A domain may identify a person, so its name is in the email and in `delivery status` but not in the log. */
const logFields = ({ kind, key, values }: { kind: string; key: string; values?: AlertValues }) =>
  kind === HELD_DOMAIN ? { kind } : { kind, key, what: values?.sentence, detail: values?.detail }

/** Emails per hour. The last one has all remaining alerts. */
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
async function sendAlerts(deps: Deps): Promise<void> {
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
  const written = writeAlerts(claimedAlerts, await resolvedAlerts(db))
  const email = { ...written, subject: `${nameInSubject(siteOf(config))}: ${written.subject}` }
  // Why the server rejected the email; undefined if it was accepted.
  const refusal = await sendDirectly(deps, { kind: 'alert', to, ...email }).then(
    ({ result }) => (result?.accepted ? undefined : (result?.reply ?? 'nothing was sent')),
    (error) => errorFields(error).what,
  )
  if (refusal === undefined) {
    // From before it was written, so that what ends meanwhile is in the next one. countAlertEmailsSince counts instants.
    await markAlertsSent(db, claimed, new Date(now.getTime() + place))
    log.info('alert.sent', { alerts: claimed.join(','), kind: first.kind })
    return true
  }
  const pause = RETRY_DELAYS_MS[first.attempts] ?? RETRY_DELAYS_MS.at(-1)!
  await retryAlertsAt(db, claimed, new Date(now.getTime() + pause))
  log.error('alert.not-sent', { alerts: claimed.join(','), kind: first.kind, what: refusal })
  return false
}
