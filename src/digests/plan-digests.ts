import { addDays, type Day } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { errorFields, Fault } from '../core/errors.ts'
import { memoize } from '../core/memoize.ts'
import { pauseIfRestored } from '../core/restored-database.ts'
import { openCandidatePool } from './candidates.repo.ts'
import { isLate } from './due.ts'
import { ELIGIBLE_DAYS, eligibleSince } from './eligible-range.ts'
import { type FillPageInput, fillPage } from './fill-page.ts'
import { closePlans, openDue } from './open-due.ts'
import { finishPlan, missDigests, type OpenPlan, plansToFill } from './plan.repo.ts'
import { prunedThrough } from './reconciliation.repo.ts'
import { SharedPapers } from './stored-content.repo.ts'
import { untilTopicsCanBeRanked } from './topic-ranks.ts'

export interface PlanResult {
  /** How many digests this call processed: the sum of the others. */
  due: number
  planned: number
  nothingMatched: number
  paused: number
  missed: number
}

const NOTHING: PlanResult = { due: 0, planned: 0, nothingMatched: 0, paused: 0, missed: 0 }

interface PlanDigestsInput {
  /** Requested by date: planned however late it is. */
  date?: Day
  /** Called after each page of digests, whose messages may then be sent. */
  onPage?: () => Promise<void>
}

interface Run extends PlanDigestsInput {
  now: Date
}

/**
 * Plans the digest of each subscriber who is due, or records why they get none. With `date`: only for that local date,
 * and without the limit of 20 hours. Safe to interrupt, to repeat, and to run in several processes at once: each digest
 * is filled once, together with its message. A failed plan does not stop the others; the first error is thrown at the
 * end. Throws digests.pruned for a date that is not kept. On a restored database, plans nothing until delivery is
 * resumed.
 */
export async function planDigests(deps: Deps, { date, onPage }: PlanDigestsInput = {}): Promise<PlanResult> {
  if (await pauseIfRestored(deps)) return NOTHING
  if (date) await requireKept(deps, date)
  const run = { date, onPage, now: deps.clock.now() }
  const { failures, ...counts } = await openAndFill(deps, run)
  const due = counts.planned + counts.nothingMatched + counts.paused + counts.missed
  if (due > 0) deps.log.info('digests.planned', { due, ...counts })
  if (counts.missed > 0) deps.log.warn('digests.missed', { count: counts.missed })
  await closePlans(deps)
  if (failures.length > 0) throw failures[0]
  return { due, ...counts }
}

/** If many are due, the first are filled while the others are opened. */
async function openAndFill(deps: Deps, run: Run) {
  const some = Promise.withResolvers<'some'>()
  const opening = openDue(deps, { date: run.date, now: run.now, onOpened: () => some.resolve('some') })
  const opened = opening.then(() => 'all' as const)
  try {
    if ((await Promise.race([some.promise, opened])) === 'all') return await fillOpened(deps, run)
    const first = await fillOpened(deps, run)
    const failed: unknown[] = await opened.then(
      () => [],
      (error) => [error],
    )
    const rest = await fillOpened(deps, run)
    return {
      planned: first.planned + rest.planned,
      nothingMatched: first.nothingMatched + rest.nothingMatched,
      paused: first.paused + rest.paused,
      missed: first.missed + rest.missed,
      failures: [...first.failures, ...rest.failures, ...failed],
    }
  } finally {
    await Promise.allSettled([opened])
  }
}

/** Fills the digests that are open, or ends them if it is too late. */
async function fillOpened(deps: Deps, run: Run) {
  const isTooLate = ({ localDate, dueAt }: OpenPlan) => localDate !== run.date && isLate(dueAt, run.now)
  const { late = [], inTime = [] } = Object.groupBy(await plansToFill(deps.db), (plan) =>
    isTooLate(plan) ? 'late' : 'inTime',
  )
  const { missed, paused } = await markMissedPlans(deps, run, late)
  const filled = await fillPlans(deps, run, inTime)
  return { ...filled, missed, paused: filled.paused + paused }
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

async function fillPlans(deps: Deps, { date, now, onPage }: Run, plans: OpenPlan[]) {
  const counts = { planned: 0, nothingMatched: 0, paused: 0 }
  const failures: unknown[] = []
  if (plans.length === 0) return { ...counts, failures }
  const pool = await openCandidatePool(deps, {
    since: eligibleSince(plans.map(({ localDate }) => localDate).sort()[0]!, null),
    upTo: Math.max(...plans.map(({ maxPaperId }) => maxPaperId)),
  })
  if (pool.hasTopics) await untilTopicsCanBeRanked(deps)
  const sharedOn = memoize((_localDate: Day) => new SharedPapers())
  for (const plan of plans) {
    const shared = sharedOn(plan.localDate)
    const page = { plan, pool, shared, now, hasLimit: plan.localDate !== date, onPage }
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

/** Composes the next page while the one before it is written. */
async function fillPlan(deps: Deps, input: FillPageInput, counts: Counts) {
  const pages: Promise<void>[] = []
  try {
    for (let after: number | undefined = 0; after !== undefined; ) {
      const composed = Promise.withResolvers<number | undefined>()
      const page = fillPage(deps, input, after, composed.resolve).then(async ({ fillings, last }) => {
        for (const { outcome } of fillings)
          counts[outcome === 'nothing_matched' ? 'nothingMatched' : outcome]++
        composed.resolve(last)
        await input.onPage?.()
      })
      page.catch(composed.reject)
      pages.push(page)
      ;[after] = await Promise.all([composed.promise, pages.at(-2)])
      if (pages.length % PAGES_TOGETHER === 0) {
        await Promise.all(pages)
        input.pool.forgetQueries()
      }
    }
  } finally {
    await Promise.allSettled(pages)
  }
  await Promise.all(pages)
  await finishPlan(deps.db, input.plan.id, input.now)
}

/** After that many pages, the next one waits until they are written, and their queries are forgotten: some 60 MB. */
const PAGES_TOGETHER = 30

type Counts = Record<'planned' | 'nothingMatched' | 'paused', number>
