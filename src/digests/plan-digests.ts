import { addDays, type Day } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { errorFields, Fault } from '../core/errors.ts'
import { pauseIfRestored } from '../core/restored-database.ts'
import { openCandidatePool } from './candidates.repo.ts'
import { closePlans } from './close-plans.ts'
import { prunedThrough } from './day-totals.repo.ts'
import { isLate } from './due.ts'
import { ELIGIBLE_DAYS, eligibleSince } from './eligible-range.ts'
import { type FillPageInput, fillPage } from './fill-page.ts'
import { openDue } from './open-due.ts'
import { finishPlan, missDigests, type OpenPlan, plansToFill } from './plan.repo.ts'

export interface PlanResult {
  /** How many digests this call processed: the sum of the others. */
  due: number
  planned: number
  nothingMatched: number
  paused: number
  missed: number
}

const NOTHING: PlanResult = { due: 0, planned: 0, nothingMatched: 0, paused: 0, missed: 0 }

interface Run {
  /** Requested by date: planned however late it is. */
  date: Day | undefined
  now: Date
}

/**
 * Plans the digest of each subscriber who is due, or records why they get none. With `date`: only for that local date,
 * and without the limit of 20 hours. Safe to interrupt, to repeat, and to run in several processes at once: each digest
 * is filled once, together with its message. A failed plan does not stop the others; the first error is thrown at the
 * end. Throws digests.pruned for a date that is not kept. On a restored database, plans nothing until delivery is
 * resumed.
 */
export async function planDigests(deps: Deps, { date }: { date?: Day } = {}): Promise<PlanResult> {
  if (await pauseIfRestored(deps)) return NOTHING
  if (date) await requireKept(deps, date)
  const run = { date, now: deps.clock.now() }
  await openDue(deps, run)
  const isTooLate = ({ localDate, dueAt }: OpenPlan) => localDate !== date && isLate(dueAt, run.now)
  const { late = [], inTime = [] } = Object.groupBy(await plansToFill(deps.db), (plan) =>
    isTooLate(plan) ? 'late' : 'inTime',
  )
  const ended = await markMissedPlans(deps, run, late)
  const { failures, ...filled } = await fillPlans(deps, run, inTime)
  const counts = { ...filled, missed: ended.missed, paused: filled.paused + ended.paused }
  const due = counts.planned + counts.nothingMatched + counts.paused + counts.missed
  if (due > 0) deps.log.info('digests.planned', { due, ...counts })
  if (ended.missed > 0) deps.log.warn('digests.missed', { count: ended.missed })
  await closePlans(deps)
  if (failures.length > 0) throw failures[0]
  return { due, ...counts }
}

/** Planning a date reads its own digests and those of the two weeks before it. */
async function requireKept({ db }: Deps, date: Day): Promise<void> {
  const pruned = await prunedThrough(db)
  const first = pruned && addDays(pruned, ELIGIBLE_DAYS + 1)
  if (first && date < first) throw new Fault('digests.pruned', { date, first })
}

async function markMissedPlans({ db }: Deps, { now }: Run, plans: OpenPlan[]) {
  const counts = { paused: 0, missed: 0 }
  for (const { id } of plans) {
    const { paused, missed } = await missDigests(db, id)
    counts.paused += paused
    counts.missed += missed
    await finishPlan(db, id, now)
  }
  return counts
}

async function fillPlans(deps: Deps, { date, now }: Run, plans: OpenPlan[]) {
  const counts = { planned: 0, nothingMatched: 0, paused: 0 }
  const failures: unknown[] = []
  if (plans.length === 0) return { ...counts, failures }
  const pool = await openCandidatePool(deps.db, {
    since: eligibleSince(plans.map(({ localDate }) => localDate).sort()[0]!, null),
    upTo: Math.max(...plans.map(({ maxPaperId }) => maxPaperId)),
  })
  for (const plan of plans) {
    const page = { plan, pool, now, hasLimit: plan.localDate !== date }
    await fillPlan(deps, page, counts).catch((error) => {
      deps.log.error('digests.failed', { planId: plan.id, ...errorFields(error) })
      failures.push(error)
    })
  }
  for (const [queryId, error] of pool.candidates.unreadable) {
    deps.log.error('digests.failed', { queryId, ...errorFields(error) })
  }
  return { ...counts, failures }
}

async function fillPlan(
  deps: Deps,
  input: FillPageInput,
  counts: Record<'planned' | 'nothingMatched' | 'paused', number>,
) {
  for (let after: number | undefined = 0; after !== undefined; ) {
    const { fillings, last } = await fillPage(deps, input, after)
    for (const { outcome } of fillings) counts[outcome === 'nothing_matched' ? 'nothingMatched' : outcome]++
    after = last
  }
  await finishPlan(deps.db, input.plan.id, input.now)
}
