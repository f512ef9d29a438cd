import { expect, test } from 'vitest'
import { stoppedClock } from '../../../src/core/clock.ts'
import { addDays, type Day } from '../../../src/core/dates.ts'
import type { Feature } from '../../../src/core/feature.ts'
import { planDigests } from '../../../src/digests/plan-digests.ts'
import { dayTotals, isReconciled } from '../../../src/digests/reconciliation.repo.ts'
import { useDigestWorld } from '../../support/digest-world.ts'

const world = useDigestWorld()

/** A feature in which these subscribers read their digests. */
const feedOf = (...ids: string[]): Feature => ({
  name: 'feed',
  readElsewhere: async (_tx, readers) =>
    new Set(readers.map(({ subscriberId }) => subscriberId).filter((id) => ids.includes(id))),
})

const planOn = (day: Day, ...features: Feature[]) =>
  planDigests({ ...world.deps, features, clock: stoppedClock(new Date(`${day}T08:05:00Z`)) })

const messageOf = (subscriberId: string, day: Day) =>
  world.db.message.findFirstOrThrow({ where: { kind: 'digest', dedupe: `${subscriberId}:${day}` } })

test('a digest that is read elsewhere is planned, and its email is skipped with the reason', async () => {
  await world.addSubscriber('ann', { topics: ['attention'] })
  await world.addSubscriber('bob', { topics: ['attention'] })
  await world.addPapers('2026-11-24', ['Attention one'])
  await planOn('2026-11-24', feedOf('ann'))
  expect((await world.digestsOf('ann'))['2026-11-24']).toMatchObject({
    outcome: 'planned',
    titles: ['Attention one'],
  })
  expect(await messageOf('ann', '2026-11-24')).toMatchObject({ state: 'skipped', reason: 'elsewhere' })
  expect(await messageOf('bob', '2026-11-24')).toMatchObject({ state: 'ready', reason: null })
  const totals = await dayTotals(world.db, '2026-11-24')
  expect(totals).toMatchObject({ due: 2, planned: 2, skipped: 1, open: 1 })
  expect(isReconciled(totals)).toBe(true)
})

test('papers that were read elsewhere are not offered again, by email or elsewhere', async () => {
  await world.addSubscriber('ann', { topics: ['attention'] })
  await world.addPapers('2026-11-24', ['Attention one'])
  await planOn('2026-11-24', feedOf('ann'))
  await world.addPapers('2026-11-25', ['Attention two'])
  await planOn('2026-11-25', feedOf('ann'))
  await world.addPapers('2026-11-26', ['Attention three'])
  await planOn('2026-11-26')
  const digests = await world.digestsOf('ann')
  expect(Object.values(digests).map(({ titles }) => titles)).toEqual([
    ['Attention one'],
    ['Attention two'],
    ['Attention three'],
  ])
  expect((await messageOf('ann', '2026-11-26')).state).toBe('ready')
})

test('an email that was skipped for another reason has its papers offered again', async () => {
  await world.addSubscriber('ann', { topics: ['attention'] })
  await world.addPapers('2026-11-24', ['Attention one'])
  await planOn('2026-11-24')
  await world.end('ann', '2026-11-24', 'skipped')
  await world.addPapers('2026-11-25', ['Attention two'])
  await planOn('2026-11-25', feedOf('ann'))
  expect((await world.digestsOf('ann'))['2026-11-25']!.titles.toSorted()).toEqual([
    'Attention one',
    'Attention two',
  ])
})

test('readers elsewhere get no email that nothing matched', async () => {
  await world.addSubscriber('ann', { topics: ['unobtainium'] })
  await world.addSubscriber('bob', { topics: ['unobtainium'] })
  for (let day = '2026-11-24'; day <= '2026-11-28'; day = addDays(day, 1)) {
    await world.addPapers(day, [`Cooking on ${day}`])
    await planOn(day, feedOf('ann'))
  }
  const notes = await world.db.message.findMany({ where: { kind: 'note' } })
  expect(notes.map(({ subscriberId }) => subscriberId)).toEqual(['bob'])
})
