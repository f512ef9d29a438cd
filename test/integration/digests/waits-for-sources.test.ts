import { expect, test } from 'vitest'
import { changeByOperator } from '../../../src/account/change-by-operator.ts'
import { stoppedClock } from '../../../src/core/clock.ts'
import { addDays, type Day } from '../../../src/core/dates.ts'
import { recordSuccessfulFetch } from '../../../src/sources/source-day.repo.ts'
import { useDigestWorld } from '../../support/digest-world.ts'

const world = useDigestWorld()
// A Tuesday; Hugging Face papers usually come at 02:00 UTC.
const DAY = '2026-11-24'

const fetched = (day: Day, at: string, papers: number) =>
  recordSuccessfulFetch(world.db, { source: 'huggingface', day, papers, now: new Date(`${day}T${at}:00Z`) })

/** A week of weekdays on which an empty answer came before that of 02:00. */
async function learn() {
  for (let back = 4; back <= 12; back++) {
    await fetched(addDays(DAY, -back), '00:30', 0)
    await fetched(addDays(DAY, -back), '02:00', 20)
  }
}

const outcome = async () => (await world.digestsOf('ann'))[DAY]?.outcome

test('a digest waits for a source that usually has papers by its hour', async () => {
  await learn()
  await world.addSubscriber('ann', { topics: ['robots'] })
  await fetched(DAY, '07:30', 0)
  await world.plan(`${DAY}T08:00:00Z`)
  expect(await outcome()).toBeUndefined()
  await world.addPapers(DAY, ['Robots'])
  await fetched(DAY, '09:10', 1)
  await world.plan(`${DAY}T09:10:00Z`)
  expect(await outcome()).toBe('planned')
})

test('a digest waits up to three hours, and then has the papers that are there', async () => {
  await learn()
  await world.addSubscriber('ann', { topics: ['robots'] })
  await world.addPapers(addDays(DAY, -1), ['Robots'])
  await world.plan(`${DAY}T10:59:00Z`)
  expect(await outcome()).toBeUndefined()
  await world.plan(`${DAY}T11:00:00Z`)
  expect(await outcome()).toBe('planned')
})

test('a digest has the papers that arrived while it waited, also if a subscriber of its hour changed theirs', async () => {
  await learn()
  await world.addSubscriber('ann', { topics: ['robots'] })
  await world.addSubscriber('bob', { topics: ['robots'] })
  await world.plan(`${DAY}T08:00:00Z`)
  const deps = { ...world.deps, clock: stoppedClock(new Date(`${DAY}T08:30:00Z`)) }
  await changeByOperator(deps, { id: 'bob', settings: { hour: '20' } })
  await world.plan(`${DAY}T08:31:00Z`)
  await world.addPapers(DAY, ['Robots'])
  await fetched(DAY, '09:10', 1)
  await world.plan(`${DAY}T09:10:00Z`)
  expect((await world.digestsOf('ann'))[DAY]).toMatchObject({
    titles: ['Robots'],
    content: { sources: [{ source: 'huggingface', brought: 1 }] },
  })
})

test('a digest does not wait if the usual hour is unknown', async () => {
  await world.addSubscriber('ann', { topics: ['robots'] })
  await fetched(DAY, '07:30', 0)
  await world.plan(`${DAY}T08:00:00Z`)
  expect(await outcome()).toBe('nothing_matched')
})

test('a digest of a date that the operator requests does not wait', async () => {
  await learn()
  await world.addSubscriber('ann', { topics: ['robots'] })
  await world.plan(`${DAY}T08:00:00Z`, DAY)
  expect(await outcome()).toBe('nothing_matched')
})
