import { expect, test } from 'vitest'
import { stoppedClock } from '../../../src/core/clock.ts'
import { PLAN_WITHIN_MS } from '../../../src/digests/due.ts'
import { closePlans } from '../../../src/digests/open-due.ts'
import { overdueDates } from '../../../src/digests/plan.repo.ts'
import { dayTotals, isReconciled } from '../../../src/digests/reconciliation.repo.ts'
import { useDigestWorld } from '../../support/digest-world.ts'

const world = useDigestWorld()
const { addSubscriber, addPapers, plan, end } = world

const close = (now: string) => closePlans({ ...world.deps, clock: stoppedClock(new Date(now)) })

const today = () => dayTotals(world.db, '2026-11-24')

const closedLines = () => world.logged.filter(({ event }) => event === 'digests.closed')

test('the totals of a day count each state of a message, and add up at each step', async () => {
  const states = [
    'accepted',
    'refused',
    'gave_up',
    'skipped',
    'uncertain',
    'ready',
    'taken',
    'deferred',
  ] as const
  for (const state of states) await addSubscriber(state, { topics: ['robots'] })
  await addSubscriber('retried', { topics: ['robots'] })
  await addSubscriber('nothing', { topics: ['graphs'] })
  await addSubscriber('paused', { state: 'paused' })
  await addPapers('2026-11-24', ['Robots'])
  await plan('2026-11-24T08:00:00Z')
  expect(await today()).toMatchObject({ planned: 9, open: 9, accepted: 0, closed: false })
  await world.db.message.updateMany({ data: { takenAt: new Date('2026-11-24T08:00:00Z'), takenBy: 'test' } })
  for (const state of states) await end(state, '2026-11-24', state)
  await end('retried', '2026-11-24', 'uncertain')
  // No try is left to the first of the two.
  await world.db.$executeRaw`update message set next_try = deadline where subscriber_id = 'uncertain'`
  const counted = await today()
  expect(counted).toEqual({
    date: '2026-11-24',
    due: 11,
    nothingMatched: 1,
    paused: 1,
    missed: 0,
    planned: 9,
    accepted: 1,
    refused: 1,
    gaveUp: 1,
    skipped: 1,
    uncertain: 1,
    open: 4,
    closed: false,
  })
  expect(isReconciled(counted)).toBe(true)
})

test('a plan closes when nothing is open', async () => {
  await addSubscriber('ann', { topics: ['robots'] })
  await addPapers('2026-11-24', ['Robots'])
  await plan('2026-11-24T08:00:00Z')
  await close('2026-11-24T08:05:00Z')
  expect(closedLines()).toEqual([])
  await end('ann', '2026-11-24', 'accepted')
  await close('2026-11-24T08:06:00Z')
  expect(closedLines()).toMatchObject([{ level: 'info', due: 1, planned: 1, accepted: 1, open: 0 }])
  await close('2026-11-24T08:07:00Z')
  expect(closedLines()).toHaveLength(1)
  expect(await today()).toMatchObject({ closed: true })
})

test('a plan without any message closes at once', async () => {
  await addSubscriber('ann', { topics: ['robots'] })
  await plan('2026-11-24T08:00:00Z')
  expect(closedLines()).toMatchObject([{ level: 'info', due: 1, nothingMatched: 1, planned: 0 }])
})

test('a plan closes 20 hours after its hour, with messages that were not sent', async () => {
  await addSubscriber('ann', { topics: ['robots'] })
  await addPapers('2026-11-24', ['Robots'])
  await plan('2026-11-24T08:00:00Z')
  await close('2026-11-25T03:59:59Z')
  expect(await today()).toMatchObject({ open: 1, closed: false })
  await close('2026-11-25T04:00:00Z')
  expect(await today()).toMatchObject({ skipped: 1, open: 0, closed: true })
})

test('a plan that closes logs the messages that a worker still has', async () => {
  await addSubscriber('ann', { topics: ['robots'] })
  await addPapers('2026-11-24', ['Robots'])
  await plan('2026-11-24T08:00:00Z')
  await world.db.message.updateMany({ data: { state: 'taken', takenAt: new Date(), takenBy: 'test' } })
  await world.db.$executeRaw`update batch set owner = 'test', lease_until = now() + interval '1 hour'`
  await close('2026-11-25T04:00:00Z')
  expect(closedLines()).toMatchObject([{ level: 'error', planned: 1, open: 1 }])
})

test('a plan that closes makes messages of a dead worker uncertain, also if no worker runs', async () => {
  await addSubscriber('ann', { topics: ['robots'] })
  await addPapers('2026-11-24', ['Robots'])
  await plan('2026-11-24T08:00:00Z')
  await world.db.message.updateMany({
    data: { state: 'taken', attempts: 1, takenAt: new Date(), takenBy: 'test' },
  })
  await close('2026-11-25T04:00:00Z')
  expect(closedLines()).toMatchObject([{ planned: 1, open: 0 }])
  expect(await today()).toMatchObject({ uncertain: 1, open: 0, closed: true })
})

test('a plan that the operator requested late stays open while its messages may be tried', async () => {
  await addSubscriber('ann', { topics: ['robots'] })
  await addPapers('2026-11-24', ['Robots'])
  await plan('2026-11-29T12:00:00Z', '2026-11-24')
  await close('2026-11-30T07:59:00Z')
  expect(await today()).toMatchObject({ open: 1, closed: false })
})

test('a plan opens again for subscribers who become due later', async () => {
  await addSubscriber('ann')
  await plan('2026-11-24T08:00:00Z')
  expect(await today()).toMatchObject({ due: 1, closed: true })
  await addSubscriber('ben', { topics: ['robots'] })
  await addPapers('2026-11-24', ['Robots'])
  await plan('2026-11-24T08:10:00Z')
  expect(await today()).toMatchObject({ due: 2, planned: 1, open: 1, closed: false })
})

test('`overdueDates` lists the dates of plans that are still open 20 hours after their hour', async () => {
  await addSubscriber('ann', { topics: ['robots'] })
  await addPapers('2026-11-24', ['Robots'])
  await plan('2026-11-24T08:00:00Z')
  const { dueAt } = await world.db.plan.findFirstOrThrow()
  const since = new Date(dueAt.getTime() + PLAN_WITHIN_MS)
  expect(await overdueDates(world.db, new Date(since.getTime() - 1))).toEqual([])
  expect(await overdueDates(world.db, since)).toEqual([{ localDate: '2026-11-24', plans: 1, due: 1, since }])
  await end('ann', '2026-11-24', 'accepted')
  await close(since.toISOString())
  expect(await overdueDates(world.db, since)).toEqual([])
})
