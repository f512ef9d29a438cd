import { dayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { errorFields, Fault } from '../core/errors.ts'
import { requireSource } from '../sources/registry.ts'
import { claimSourceDay, dueSourceDays, type SourceDayKey } from '../sources/source-day.repo.ts'
import { type IngestOptions, ingestDay } from './ingest-day.ts'

/**
 * Fetches every source day that is due. Services are fetched in parallel, so one that does not respond delays no other.
 * For each service, today is first, then the oldest day. If a service does not respond or asks for a pause, its other
 * days wait for the next run.
 */
export async function ingestDue(deps: Deps, options: IngestOptions = {}): Promise<void> {
  const now = deps.clock.now()
  const due = await dueSourceDays(deps.db, { sources: deps.config.SOURCES, now })
  const isToday = ({ day }: SourceDayKey) => Number(day === dayOf(now))
  const inOrder = due.toSorted((a, b) => isToday(b) - isToday(a))
  const lanes = Map.groupBy(inOrder, ({ source }) => requireSource(source).source.fetchPolicy.service)
  await Promise.all([...lanes.values()].map((lane) => fetchLane(deps, lane, options)))
}

const ENDS_THE_LANE = ['source.unreachable', 'source.rate-limited', 'source.held']

async function fetchLane(deps: Deps, lane: readonly SourceDayKey[], options: IngestOptions): Promise<void> {
  for (const { source, day } of lane) {
    if (options.signal?.aborted) return
    try {
      const isOurs = await claimSourceDay(deps.db, { source, day }, deps.clock.now())
      if (isOurs) await ingestDay(deps, { source, day, ...options })
    } catch (error) {
      if (options.signal?.aborted) return
      const code = error instanceof Fault ? error.code : ''
      if (code === 'source.held') deps.log.info('source.held', { source, day, ...errorFields(error) })
      else deps.log.error('source.failed', { source, day, ...errorFields(error) })
      if (ENDS_THE_LANE.includes(code)) return
    }
  }
}
