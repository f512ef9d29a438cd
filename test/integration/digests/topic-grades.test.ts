import { beforeEach, expect, test } from 'vitest'
import { stoppedClock } from '../../../src/core/clock.ts'
import type { Feature } from '../../../src/core/feature.ts'
import { openCandidatePool } from '../../../src/digests/candidates.repo.ts'
import { planDigests } from '../../../src/digests/plan-digests.ts'
import type { TopicGrades } from '../../../src/digests/topic-grades.ts'
import { useDigestWorld } from '../../support/digest-world.ts'
import { CARS, CELLS, learnSpace } from '../../support/learned-space.ts'

const world = useDigestWorld()

const DAY = '2026-11-24'
const CAR = 'A car engine'
const AUTOMOBILE = 'Automobile engine'
const CELL_ENGINE = 'Engine of protein cell gene'

beforeEach(async () => {
  await learnSpace(world.db)
  await world.addPapers('2026-11-01', CARS)
  await world.addPapers(DAY, [CAR, AUTOMOBILE, CELL_ENGINE, ...CELLS])
  await world.addSubscriber('ann', { topics: ['car engine'] })
})

/** A feature that knows grades by title, for every topic. */
const grading = (grades: Record<string, number>): Feature => ({
  name: 'graded',
  readGrades: async ({ db }, { topics }) => {
    const papers = await db.paper.findMany({ where: { title: { in: Object.keys(grades) } } })
    const ofTopic: TopicGrades = new Map(
      papers.map(({ id, title }) => [id, { grade: grades[title]!, reason: 'As asked.', by: 'reader-1' }]),
    )
    return new Map(topics.map(({ id }) => [id, ofTopic]))
  },
})

async function planWith(...features: Feature[]) {
  await planDigests({ ...world.deps, features, clock: stoppedClock(new Date(`${DAY}T08:05:00Z`)) })
  return (await world.digestsOf('ann'))[DAY]!
}

test('grades move papers in and out of those that come close, and the digest keeps the reason', async () => {
  const { titles, content } = await planWith(grading({ [AUTOMOBILE]: 2, [CELL_ENGINE]: 9 }))
  expect(titles).toEqual([CAR, CELL_ENGINE])
  const grade = { reason: 'As asked.', by: 'reader-1' }
  expect(content!.sections[1]!.papers[0]!.closeTo).toMatchObject({ topic: 'car engine', grade })
})

test('grades neither remove a match nor add one', async () => {
  const { titles, matched } = await planWith(grading({ [CAR]: 0 }))
  expect([titles, matched]).toEqual([[CAR, AUTOMOBILE], 1])
})

test('grades are not read for a subscriber without papers that come close', async () => {
  await world.db.subscriber.updateMany({ data: { related: false } })
  const asked: number[] = []
  const feature: Feature = {
    name: 'asked',
    readGrades: async (_deps, { topics }) => {
      asked.push(topics.length)
      return new Map()
    },
  }
  expect((await planWith(feature)).titles).toEqual([CAR])
  expect(asked).toEqual([])
})

test('grades are read again for a topic whose query changed during a plan', async () => {
  const { id: paperId } = await world.db.paper.findFirstOrThrow({ where: { title: CAR } })
  const byText: Feature = {
    name: 'by text',
    readGrades: async (_deps, { topics }) =>
      new Map(
        topics.map(({ id, query }) => [id, new Map([[paperId, { grade: 5, reason: query ?? '', by: '' }]])]),
      ),
  }
  const deps = { ...world.deps, features: [byText] }
  const { candidates, loadGrades } = await openCandidatePool(deps, { since: DAY, upTo: 99 })
  const topic = { id: 1, name: 'cars', queryId: 7, query: 'car engine' }
  const reasonOf = () => candidates.gradesOf(1)?.get(paperId)?.reason
  await loadGrades([topic])
  expect(reasonOf()).toBe('car engine')
  await loadGrades([{ ...topic, queryId: 8, query: 'cell engine' }])
  expect(reasonOf()).toBe('cell engine')
})

test('a digest is as it would be without the feature, if reading grades fails', async () => {
  const failing: Feature = {
    name: 'failing',
    readGrades: async () => {
      throw new Error('out of order')
    },
  }
  const failed = await planWith(failing)
  expect(failed.titles).toEqual([CAR, AUTOMOBILE])
  expect(world.logged).toContainEqual(
    expect.objectContaining({ event: 'grades.failed', what: 'out of order' }),
  )
})
