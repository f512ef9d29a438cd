import { waitingReports } from '../../bounces/report.repo.ts'
import type { Config } from '../../config/config.ts'
import { MINUTE_MS } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import type { Feature } from '../../core/feature.ts'
import { type Incident, openIncidents } from '../../core/incident.repo.ts'
import { DELIVERY_SWITCH } from '../../core/restored-database.ts'
import { type RunningProcess, runningProcesses } from '../../core/running-process.repo.ts'
import { readSwitch, type Switch } from '../../core/switch.repo.ts'
import { type OverdueDate, overdueDates } from '../../digests/plan.repo.ts'
import type { DeliverySummary } from '../delivery-switch.ts'
import { type SourceStatus, sourceStatus } from '../source-status.ts'
import { type Liveness, readLiveness } from './liveness.repo.ts'

/** What Feature says: condition.ts imports this file. */
type FeatureConditions = Awaited<ReturnType<NonNullable<Feature['conditions']>>>

/** What conditions are checked against: rows of the database, read at `now`. */
export interface HealthFacts {
  now: Date
  config: Config
  features: readonly Feature[]
  /** Checked after those of the core. */
  featureConditions: FeatureConditions
  incidents: Incident[]
  /** Set while delivery is paused. */
  paused: Switch | null
  liveness: Liveness
  processes: RunningProcess[]
  /** Bounces and complaints that wait to be read. */
  reports: { count: number; oldest: Date | null }
  sources: SourceStatus[]
  /** Dates that should have been closed a quarter of an hour ago. */
  overdueDates: OverdueDate[]
  /** What is queued; null if it was not counted. */
  lanes: DeliverySummary['lanes'] | null
}

const LOOKBACK_DAYS = 14
const CLOSING_MS = 15 * MINUTE_MS

/** Without `lanes`, no message is counted. */
export async function readHealthFacts(deps: Deps, lanes: HealthFacts['lanes'] = null): Promise<HealthFacts> {
  const { db, clock, config, features } = deps
  const now = clock.now()
  return {
    now,
    config,
    features,
    featureConditions: (await Promise.all(features.map((one) => one.conditions?.() ?? []))).flat(),
    incidents: await openIncidents(db),
    paused: await readSwitch(db, DELIVERY_SWITCH),
    liveness: await readLiveness(db),
    processes: await runningProcesses(db),
    reports: await waitingReports(db),
    sources: await sourceStatus(deps, { days: LOOKBACK_DAYS }),
    overdueDates: await overdueDates(db, new Date(now.getTime() - CLOSING_MS)),
    lanes,
  }
}
