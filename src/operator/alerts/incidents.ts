import { SIGNUPS_INCIDENT, siteSignupBucket } from '../../account/signup/subscribe.ts'
import { waitingReports } from '../../bounces/report.repo.ts'
import type { Database } from '../../core/database/database.ts'
import { addDays, DAY_MS, type Day, dayOf, MINUTE_MS } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { endIncident, openIncidents } from '../../core/incident.repo.ts'
import { permitsLeft } from '../../core/rate-limit.ts'
import { DELIVERY_SWITCH, isDeliveryHeld } from '../../core/restored-database.ts'
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

/** All current incidents. */
export async function detectIncidents(deps: Deps): Promise<DetectedIncident[]> {
  const found = await Promise.all([
    restored(deps),
    signupsLimited(deps),
    stoppedRuns(deps),
    idleWorkers(deps),
    unreadReports(deps),
    stalledSources(deps),
    unclosedDates(deps),
  ])
  return found.flat()
}

async function restored({ db }: Deps): Promise<DetectedIncident[]> {
  const delivery = await readSwitch(db, DELIVERY_SWITCH)
  if (!delivery || !(await isDeliveryHeld(db))) return []
  const since = delivery.at.toISOString()
  const values = { subject: 'bulk', what: delivery.reason, detail: null, since }
  return [{ kind: 'run-stopped', key: `restored ${since}`, values }]
}

/** The scheduler ticks, but no worker takes its nudges. */
async function idleWorkers({ db }: Deps): Promise<DetectedIncident[]> {
  const idle = await idleSince(db)
  if (!idle) return []
  const since = idle.toISOString()
  const values = { subject: 'worker', what: 'idle', detail: null, since }
  return [{ kind: 'work-failed', key: `worker ${since}`, values }]
}

async function idleSince(db: Database): Promise<Date | null> {
  const { waitsSince, waitsSeconds } = await readLiveness(db)
  return Number(waitsSeconds) * 1000 >= RECOVERY_MS ? waitsSince : null
}

/** Workers run and nothing fails, but reports are not read. */
async function unreadReports({ db, clock }: Deps): Promise<DetectedIncident[]> {
  const { count, oldest } = await waitingReports(db)
  if (!oldest || clock.now().getTime() - oldest.getTime() <= RECOVERY_MS) return []
  const isReported = (await openIncidents(db)).some(({ name }) => name === 'work read-reports')
  if (isReported || (await idleSince(db))) return []
  const since = oldest.toISOString()
  const values = { subject: 'reports', what: 'unread', detail: null, count, since }
  return [{ kind: 'work-failed', key: `reports ${since}`, values }]
}

/** Ends once a tenth of the hourly quota is free: during an attack, each permit is used as soon as it is free. */
async function signupsLimited({ db, config }: Deps): Promise<DetectedIncident[]> {
  const incident = (await openIncidents(db)).find(({ name }) => name === SIGNUPS_INCIDENT)
  if (!incident) return []
  const bucket = siteSignupBucket(config)
  // Require at least two: a single permit is soon free again after each email of an attack.
  if ((await permitsLeft(db, bucket)) >= Math.min(bucket.capacity, Math.max(2, bucket.capacity / 10))) {
    await endIncident(db, SIGNUPS_INCIDENT)
    return []
  }
  const since = incident.since.toISOString()
  return [{ kind: 'signups-limited', key: since, values: { detail: incident.detail, since } }]
}

async function stoppedRuns({ db, clock }: Deps): Promise<DetectedIncident[]> {
  const lastsSince = clock.now().getTime() - RECOVERY_MS
  return (await openIncidents(db)).flatMap(({ name, what, detail, since }) => {
    if (name === SIGNUPS_INCIDENT) return []
    const [area, subject = ''] = name.split(' ')
    const mayRecover = area === 'work' || what === 'unreachable'
    if (mayRecover && since.getTime() > lastsSince) return []
    const key = `${subject || area} ${since.toISOString()}`
    const values = { subject, what, detail, since: since.toISOString() }
    return [{ kind: area === 'work' ? ('work-failed' as const) : ('run-stopped' as const), key, values }]
  })
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
  const values = {
    source,
    what: 'no-fetch',
    since: since.toISOString(),
    failures: failed?.failures ?? 0,
    status: failed?.lastStatus ?? null,
    fault: failed?.lastFault ?? null,
  }
  return { kind: 'source-stalled', key: `${source} fetch ${since.toISOString()}`, values }
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

async function unclosedDates({ db, clock }: Deps): Promise<DetectedIncident[]> {
  const dates = await overdueDates(db, new Date(clock.now().getTime() - RECOVERY_MS))
  return dates.map(({ localDate, plans, due, since }) => ({
    kind: 'day-not-closed' as const,
    key: localDate,
    values: { date: localDate, plans, due, since: since.toISOString() },
  }))
}
