import { SIGNUPS_INCIDENT, siteSignupBucket } from '../../account/signup/subscribe.ts'
import { waitingReports } from '../../bounces/report.repo.ts'
import { addDays, DAY_MS, type Day, dayOf, MINUTE_MS } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { endIncident, type Incident, openIncidents } from '../../core/incident.repo.ts'
import { permitsLeft } from '../../core/rate-limit.ts'
import { DELIVERY_SWITCH, isHoldSwitch } from '../../core/restored-database.ts'
import { readSwitch } from '../../core/switch.repo.ts'
import { overdueDates } from '../../digests/plan.repo.ts'
import { requireSource } from '../../sources/registry.ts'
import { readLiveness } from '../doctor/liveness.repo.ts'
import { type SourceStatus, sourceStatus } from '../source-status.ts'
import type { AlertValues } from './alert.repo.ts'

/** Kinds of incidents. An incident lasts until a check succeeds. */
export const INCIDENT_KINDS = [
  'run-stopped',
  'source-stalled',
  'day-not-closed',
  'work-failed',
  'signups-limited',
] as const
type IncidentKind = (typeof INCIDENT_KINDS)[number]

/** A problem that the operator must know about. Its key is constant for as long as it lasts. */
export interface DetectedIncident {
  kind: IncidentKind
  key: string
  values: AlertValues
}

/** A relay that restarts, or a job that fails once, recovers by itself. */
const RECOVERY_MS = 15 * MINUTE_MS
const NO_FETCH_MS = DAY_MS
const LOOKBACK_DAYS = 14

/** The key of an incident names when it began. */
const incident = (kind: IncidentKind, name: string, since: Date, values: AlertValues): DetectedIncident => ({
  kind,
  key: `${name} ${since.toISOString()}`,
  values: { ...values, since: since.toISOString() },
})

export async function detectIncidents(deps: Deps): Promise<DetectedIncident[]> {
  const { db, clock } = deps
  const lastsSince = new Date(clock.now().getTime() - RECOVERY_MS)
  const open = await openIncidents(db)
  const delivery = await readSwitch(db, DELIVERY_SWITCH)
  const { waitsSince, waitsSeconds } = await readLiveness(db)
  const { count, oldest } = await waitingReports(db)
  const detail = null
  const found = []
  if (delivery && isHoldSwitch(delivery)) {
    const values = { subject: 'bulk', what: delivery.reason, detail }
    found.push(incident('run-stopped', 'restored', delivery.at, values))
  }
  // The scheduler ticks, but no worker takes its nudges.
  if (waitsSince && Number(waitsSeconds) * 1000 >= RECOVERY_MS)
    found.push(incident('work-failed', 'worker', waitsSince, { subject: 'worker', what: 'idle', detail }))
  // Workers run and nothing fails, but reports are not read.
  else if (oldest && oldest < lastsSince && open.every(({ name }) => name !== 'work read-reports'))
    found.push(
      incident('work-failed', 'reports', oldest, { subject: 'reports', what: 'unread', detail, count }),
    )
  return [
    ...found,
    ...(await signupsLimited(deps, open)),
    ...open.flatMap((one) => stoppedRun(one, lastsSince)),
    ...(await stalledSources(deps)),
    ...(await unclosedDates(deps, lastsSince)),
  ]
}

/** Ends once a tenth of the hourly quota is free: during an attack, each permit is used as soon as it is free. */
async function signupsLimited({ db, config }: Deps, open: Incident[]): Promise<DetectedIncident[]> {
  const limited = open.find(({ name }) => name === SIGNUPS_INCIDENT)
  if (!limited) return []
  const bucket = siteSignupBucket(config)
  // Require at least two: a single permit is soon free again after each email of an attack.
  if ((await permitsLeft(db, bucket)) >= Math.min(bucket.capacity, Math.max(2, bucket.capacity / 10))) {
    await endIncident(db, SIGNUPS_INCIDENT)
    return []
  }
  const since = limited.since.toISOString()
  return [{ kind: 'signups-limited', key: since, values: { detail: limited.detail, since } }]
}

function stoppedRun({ name, what, detail, since }: Incident, lastsSince: Date): DetectedIncident[] {
  const [area, subject = ''] = name.split(' ')
  const isWork = area === 'work'
  if (name === SIGNUPS_INCIDENT || ((isWork || what === 'unreachable') && since > lastsSince)) return []
  const kind = isWork ? 'work-failed' : 'run-stopped'
  return [incident(kind, subject || area!, since, { subject, what, detail })]
}

async function stalledSources(deps: Deps): Promise<DetectedIncident[]> {
  const now = deps.clock.now()
  const all = await sourceStatus(deps, { days: LOOKBACK_DAYS })
  return all
    .filter(({ source }) => deps.config.SOURCES.includes(source))
    .flatMap((status) => withoutFetch(status, now) ?? withoutPapers(status, now) ?? [])
}

const FAILURES_OF_A_DAY = 20

/** No successful fetch for a day; for a source that never had one, as many failures as a day has. */
function withoutFetch({ source, newestFetch, days }: SourceStatus, now: Date): DetectedIncident | undefined {
  const failures = Math.max(0, ...days.map((day) => day.failures))
  // Days before the first start have rows too. So for a source without any success, only the failures show how long it
  // has failed.
  const since = newestFetch ?? (failures >= FAILURES_OF_A_DAY ? new Date(now.getTime() - NO_FETCH_MS) : now)
  if (now.getTime() - since.getTime() < NO_FETCH_MS) return undefined
  const failed = days.find(({ lastFault }) => lastFault)
  return incident('source-stalled', `${source} fetch`, since, {
    source,
    what: 'no-fetch',
    failures: failed?.failures ?? 0,
    status: failed?.lastStatus ?? null,
    fault: failed?.lastFault ?? null,
  })
}

/** The last day that ended and should have had papers has none, and neither has any later day. */
function withoutPapers({ source, days }: SourceStatus, now: Date): DetectedIncident | undefined {
  const expected = lastExpected(source, now)
  const expectedDay = days.find(({ day }) => day === expected)
  if (!expectedDay || days.some(({ day, papers }) => day >= expected && papers > 0)) return undefined
  const newest = days.find(({ papers }) => papers > 0)?.day ?? null
  const { reason, lastFault: fault } = expectedDay
  const values = { source, what: 'no-papers', day: expected, newest, reason, fault }
  return { kind: 'source-stalled', key: `${source} papers ${newest ?? 'never'}`, values }
}

/** The last day that has ended and for which the source should have listed papers by now. */
function lastExpected(source: string, now: Date): Day {
  const { calendar } = requireSource(source).source
  let day = addDays(dayOf(now), -1)
  while (calendar.dayOffReason(day) || now < calendar.stallsAt(day)) day = addDays(day, -1)
  return day
}

async function unclosedDates({ db }: Deps, lastsSince: Date): Promise<DetectedIncident[]> {
  const dates = await overdueDates(db, lastsSince)
  return dates.map(({ localDate: date, plans, due, since }) => ({
    kind: 'day-not-closed',
    key: date,
    values: { date, plans, due, since: since.toISOString() },
  }))
}
