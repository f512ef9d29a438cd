import { DAY_MS, MINUTE_MS } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { type Alert, ongoingAlerts } from '../../operator/alerts/alert.repo.ts'
import { INCIDENT_KINDS } from '../../operator/alerts/incidents.ts'
import { writeAlert } from '../../operator/alerts/write-alert.ts'
import type { DayFigures } from '../../operator/daily-figures.ts'
import type { DeliverySwitch } from '../../operator/delivery-switch.ts'
import { readLiveness } from '../../operator/doctor/liveness.repo.ts'

const WEEK_DAYS = 7
/** The schedule ticks every minute. */
const TICK_LATE_MS = 5 * MINUTE_MS

/** The figures of the first sentence: subscribers now and a week ago, and what went out today (UTC). */
export function headlineOf(days: readonly DayFigures[]) {
  const today = days.at(-1)!
  const weekAgo = days.at(-1 - WEEK_DAYS) ?? days[0]!
  const { subscribers, accepted: sent, refused, gaveUp } = today
  const change = subscribers - weekAgo.subscribers
  const failedState = refused > 0 ? 'refused' : 'gave up'
  return { subscribers, change, sent, failed: refused + gaveUp, failedState }
}

/** What is wrong now, and the page that shows more. */
export interface Problem {
  text: string
  path: string
}

/** What is wrong now: delivery that is not on, no running worker, and incidents that the alerts report. */
export async function currentProblems(
  { db, clock, config }: Deps,
  { delivery, reason, restored }: Pick<DeliverySwitch, 'delivery' | 'reason' | 'restored'>,
): Promise<Problem[]> {
  const { tick } = await readLiveness(db)
  const alerts = await ongoingAlerts(db, INCIDENT_KINDS)
  // The demo has no schedule: its desk moves the clock.
  const isLate = !config.demo && (!tick || clock.now().getTime() - tick.getTime() > TICK_LATE_MS)
  return [
    ...(delivery === 'paused' && !restored
      ? [{ text: `delivery is paused (${reason})`, path: '#delivery' }]
      : []),
    ...(delivery === 'off' ? [{ text: 'delivery is off (SENDING=off)', path: '#delivery' }] : []),
    ...(isLate ? [{ text: `no worker is running${sinceText(tick, clock.now())}`, path: '#delivery' }] : []),
    ...alerts.map((alert) => ({ text: writeAlert(alert).subject, path: alertPath(alert) })),
  ]
}

const sinceText = (tick: Date | null, now: Date): string =>
  tick && now.getTime() - tick.getTime() < DAY_MS ? ` since ${tick.toISOString().slice(11, 16)} UTC` : ''

function alertPath({ kind, values }: Alert): string {
  if (kind === 'source-stalled') return '/admin/sources'
  if (kind === 'day-not-closed') return `/admin/days?date=${values.date}`
  if (kind === 'signups-limited') return '/admin/subscribers?state=pending'
  if (kind === 'run-stopped') return '/admin/messages?state=deferred'
  return values.what === 'unread' ? '/admin/returns' : '#alerts'
}
