import { DAY_MS } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { Fault, failureOf } from '../core/errors.ts'
import { tellSuppressed } from '../subscribers/suppress-subscriber.ts'
import { type Acted, actOnReturn } from './act-on-return.ts'
import {
  endReport,
  isMaker,
  lockWaitingReport,
  putOffReport,
  type TakenReport,
  takeReport,
} from './report.repo.ts'
import type { Told } from './told.ts'
import { type ReadDeps, toldByReport, UNREADABLE } from './told-by-report.ts'
import { weighDomains } from './weigh-domains.ts'

const MAX_DURATION_MS = 60_000
/** For so long, what is no fault of a report's own does not count against it. */
const PATIENT_MS = 3 * DAY_MS
/** A machine that is busy makes any mail take long; one that takes long three times does so by itself. */
const MAX_LONG_TIMES = 3
const ABOUT_US: string[] = ['policy', 'ours'] satisfies Told['class'][]

/**
 * Reads every report that waits and does what it leads to, each in one transaction with its end: a crash leaves it waiting,
 * and a second time changes nothing. One that cannot be dealt with now waits, and holds up no other. Returns how many.
 */
export async function readReports(
  deps: ReadDeps,
  { signal }: { signal?: AbortSignal } = {},
): Promise<number> {
  const domains = new Set<string>()
  let read = 0
  while (!signal?.aborted) {
    const report = await takeReport(deps.db)
    if (!report) break
    const acted = await deal(deps, report)
    for (const { row } of acted) if (row.domain && ABOUT_US.includes(row.class)) domains.add(row.domain)
    read++
  }
  await weighDomains(deps, [...domains])
  return read
}

async function deal(deps: ReadDeps, report: TakenReport): Promise<Acted[]> {
  try {
    const told = await toldByReport(deps, report)
    return await end(deps, report, { state: 'read', told })
  } catch (error) {
    const { code, what } = failureOf(error)
    const seen = { report: report.id, way: report.way, code, what }
    if (isItsOwn(error, report)) {
      deps.log.warn('report.unreadable', seen)
      return end(deps, report, { state: 'unreadable', told: UNREADABLE })
    }
    deps.log.error('report.put-off', seen)
    await putOffReport(deps.db, { id: report.id, counts: isReportFault(error) || isOld(deps, report) })
    return []
  }
}

const isReportFault = (error: unknown): boolean => error instanceof Fault && error.code.startsWith('report.')

const isItsOwn = (error: unknown, { attempts }: TakenReport): boolean =>
  isReportFault(error) && ((error as Fault).code !== 'report.too-long-to-read' || attempts >= MAX_LONG_TIMES)

const isOld = ({ clock }: Deps, { at }: TakenReport): boolean =>
  clock.now().getTime() - at.getTime() > PATIENT_MS

async function end(
  deps: Deps,
  report: TakenReport,
  { state, told }: { state: 'read' | 'unreadable'; told: Told[] },
): Promise<Acted[]> {
  const { id, recipient: envelope, way, at } = report
  const isProven = isMaker(way)
  const acted = await deps.db.$transaction(
    async (tx) => {
      if (!(await lockWaitingReport(tx, id))) return []
      const all: Acted[] = []
      for (const one of told) all.push(await actOnReturn(deps, tx, { told: one, envelope, isProven, at }))
      await endReport(tx, { id, state, now: deps.clock.now(), returned: all.map(({ row }) => row) })
      return all
    },
    { timeout: MAX_DURATION_MS, maxWait: MAX_DURATION_MS },
  )
  for (const one of acted) await tell(deps, report, one)
  return acted
}

async function tell(deps: Deps, report: TakenReport, { row, suppressed, ended }: Acted): Promise<void> {
  const { class: kind, status, done, foundBy, messageId, subscriberId } = row
  const seen = { class: kind, status, done, foundBy, message: messageId, subscriber: subscriberId }
  deps.log.info('report.read', { report: report.id, way: report.way, ...seen })
  if (ended) deps.log.info('subscriber.unsubscribed', { subscriber: subscriberId, how: ended })
  if (suppressed) await tellSuppressed(deps, suppressed)
}
