import type { Deps } from '../../src/core/deps.ts'
import { type FilledDigest, fillDigests } from '../../src/digests/digest.repo.ts'
import { openDue } from '../../src/digests/open-due.ts'
import { finishPlan, type OpenPlan, plansToFill } from '../../src/digests/plan.repo.ts'

const PAGE = 200

/**
 * Planners that look right and lose people. They are never used: a test shows that the books notice them. Both find
 * that nothing matched anybody, which is enough to see whom they forget.
 */
export const WRONG_PLANNERS = {
  /** Pages by an offset, although filled digests drop out before it: every other page is skipped. */
  'pages-by-offset': (deps: Deps) =>
    eachPlan(deps, async (plan, now) => {
      for (let offset = 0; await fillPage(deps, plan, offset); offset += PAGE);
      await deps.db.plan.update({ where: { id: plan.id }, data: { plannedAt: now } })
    }),
  /** Marks a plan as done before it is: if the process dies in between, no other fills the rest. */
  'done-before-filled': (deps: Deps) =>
    eachPlan(deps, async (plan, now) => {
      await deps.db.plan.update({ where: { id: plan.id }, data: { plannedAt: now } })
      while (await fillPage(deps, plan, 0));
    }),
  /** Drops from the list whom it cannot serve, so that nothing is open any more. */
  'drops-the-rest': (deps: Deps) =>
    eachPlan(deps, async (plan, now) => {
      await fillPage(deps, plan, 0)
      await deps.db.digest.deleteMany({ where: { planId: plan.id, outcome: 'due' } })
      await finishPlan(deps.db, plan.id, now)
    }),
}

async function eachPlan(deps: Deps, work: (plan: OpenPlan, now: Date) => Promise<void>): Promise<void> {
  const now = deps.clock.now()
  await openDue(deps, { date: undefined, now })
  for (const plan of await plansToFill(deps.db)) await work(plan, now)
}

function fillPage({ db }: Deps, { id: planId, maxPaperId }: OpenPlan, skip: number): Promise<boolean> {
  return db.$transaction(async (tx) => {
    const digests = await tx.digest.findMany({
      where: { planId, outcome: 'due' },
      orderBy: { id: 'asc' },
      skip,
      take: PAGE,
    })
    await fillDigests(
      tx,
      digests.map(({ id }) => nothingMatched(id, maxPaperId)),
    )
    return digests.length > 0
  })
}

const nothingMatched = (id: number, maxPaperId: number): FilledDigest => ({
  id,
  outcome: 'nothing_matched',
  fromPaper: 0,
  toPaper: maxPaperId,
  toHistory: 0,
  bestDay: null,
  papers: [],
  matched: 0,
  content: null,
})
