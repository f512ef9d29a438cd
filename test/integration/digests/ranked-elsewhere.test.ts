import { expect, onTestFinished, test, vi } from 'vitest'
import { stoppedClock } from '../../../src/core/clock.ts'
import type { Deps, SearchThread, SearchThreadJob } from '../../../src/core/deps.ts'
import { toPlainError } from '../../../src/core/plain-error.ts'
import { openCandidatePool } from '../../../src/digests/candidates.repo.ts'
import { planDigests } from '../../../src/digests/plan-digests.ts'
import { untilTopicsCanBeRanked } from '../../../src/digests/topic-ranks.ts'
import { previewDigest } from '../../../src/operator/preview-digest.ts'
import { Archive } from '../../../src/queries/archive.ts'
import { runSearchJob } from '../../../src/search/in-search-thread.ts'
import { openSearchThread } from '../../../src/service/search-thread.ts'
import { saveLearnedTopic } from '../../../src/subscribers/vote.repo.ts'
import { useDigestWorld } from '../../support/digest-world.ts'
import { CARS, CELLS, learnSpace } from '../../support/learned-space.ts'

const world = useDigestWorld()

const DAY = '2026-11-24'
const TITLES = ['A car engine', 'Automobile engine', 'Engine of a wheel', 'Robots', 'Graphs', ...CELLS]

const depsWith = (searchThread: SearchThread | undefined): Deps => ({
  ...world.deps,
  clock: stoppedClock(new Date(`${DAY}T08:05:00Z`)),
  searchThread,
})

type RunHere = (job: SearchThreadJob) => Promise<unknown>

/** A search thread that runs its jobs in this thread, with copies of the data. */
const threadHere = (run: (job: SearchThreadJob, runHere: RunHere) => Promise<unknown>): SearchThread => ({
  run: (job) =>
    run(job, async (copied) =>
      structuredClone(await runSearchJob(depsWith(undefined), structuredClone(copied))),
    ),
})

const outcomesOn = async (day = DAY, ids = ['ann', 'bob', 'cid']) =>
  Promise.all(ids.map(async (id) => [id, (await world.digestsOf(id))[day]?.outcome]))

test('digests have the same papers if the search thread or the calling thread ranks them', async () => {
  await learnSpace(world.db)
  await world.addPapers('2026-11-01', CARS)
  await world.addPapers(DAY, TITLES)
  for (const id of ['ann', 'bob', 'cid']) await world.addSubscriber(id, { topics: ['car engine', 'robots'] })
  await world.db.subscriber.update({ where: { id: 'cid' }, data: { related: false } })
  const voted = await world.db.topic.findFirstOrThrow({ where: { subscriberId: 'bob', position: 0 } })
  await saveLearnedTopic(world.db, voted.id, { phrases: new Map([['automobile', 1]]), step: 3 })
  const config = { ...world.config, DATABASE_URL: world.deps.databaseUrl }
  const searchThread = openSearchThread({ config, clockBeganAt: new Date() }, { count: () => {} })
  onTestFinished(searchThread.stop)
  const previews = new Map<string, number[]>()
  for (const id of ['ann', 'bob', 'cid']) {
    const { composed } = await previewDigest(depsWith(undefined), { id })
    previews.set(id, composed.papers)
  }
  expect(new Set(Array.from(previews.values(), String)).size).toBe(3)
  await planDigests(depsWith(searchThread))
  const planned = await world.db.digest.findMany({ orderBy: { subscriberId: 'asc' } })
  expect(new Map(planned.map(({ subscriberId, papers }) => [subscriberId, papers]))).toEqual(previews)
})

test('digests stay due if the search thread fails, and the next plan fills them', async () => {
  for (const id of ['ann', 'bob', 'cid']) await world.addSubscriber(id, { topics: ['robots'] })
  await world.addPapers(DAY, TITLES)
  const jobs: string[] = []
  const failing = threadHere(async (job, runHere) => {
    jobs.push(job.name)
    if (job.name === 'rankTopics') throw new Error('the thread ended')
    return runHere(job)
  })
  await expect(planDigests(depsWith(failing))).rejects.toThrow('the thread ended')
  expect(jobs).toEqual(['mayRankTopics', 'rankTopics'])
  expect(await outcomesOn()).toEqual([
    ['ann', 'due'],
    ['bob', 'due'],
    ['cid', 'due'],
  ])
  expect(await planDigests(depsWith(undefined))).toMatchObject({ due: 3, planned: 3 })
})

test('a topic that cannot be ranked is left out', async () => {
  await world.addSubscriber('ann', { topics: ['robots', 'graphs'] })
  await world.addSubscriber('bob', { topics: ['graphs'] })
  await world.addSubscriber('cid', { topics: ['robots'] })
  await world.addPapers(DAY, TITLES)
  const failing = threadHere(async (job, runHere) => {
    const results = await runHere(job)
    if (job.name !== 'rankTopics') return results
    const { queries } = job.input as { queries: { meaning: unknown }[] }
    const error = toPlainError(new Error('damaged'))
    return (results as unknown[]).map((ranks, i) =>
      JSON.stringify(queries[i]!.meaning).includes('graphs') ? { error } : ranks,
    )
  })
  await planDigests(depsWith(failing))
  expect(await outcomesOn()).toEqual([
    ['ann', 'planned'],
    ['bob', 'due'],
    ['cid', 'planned'],
  ])
  const failures = world.logged.filter(({ event }) => event === 'digests.failed')
  expect(failures.map(({ what }) => what)).toEqual(expect.arrayContaining(['damaged']))
  expect((await world.digestsOf('ann'))[DAY]!.titles).toEqual(['Robots'])
})

test('all papers are read before digests are ranked, in jobs that do not wait for it', async () => {
  await world.addSubscriber('ann', { topics: ['robots'] })
  await world.addPapers(DAY, TITLES)
  const jobs: string[] = []
  const reading = threadHere(async (job, runHere) => {
    jobs.push(job.name)
    return jobs.length < 3 ? false : runHere(job)
  })
  expect(await planDigests(depsWith(reading))).toMatchObject({ planned: 1 })
  expect(jobs).toEqual(['mayRankTopics', 'mayRankTopics', 'mayRankTopics', 'rankTopics'])
})

test('candidates open without the search thread, so that a preview in that thread does not wait for itself', async () => {
  await world.addSubscriber('ann', { topics: ['robots'] })
  await world.addPapers(DAY, TITLES)
  const reading = threadHere(() => Promise.reject(new Error('a job')))
  expect(await openCandidatePool(depsWith(reading), { since: DAY, upTo: 99 })).toMatchObject({
    hasTopics: true,
  })
})

test('waiting for all papers fails if the search thread never has them', async () => {
  const reading = threadHere(async () => false)
  await expect(untilTopicsCanBeRanked(depsWith(reading), { maxMs: 300 })).rejects.toThrow('within 0.3 s')
})

test('waiting for all papers fails while vectors cannot be computed', async () => {
  await learnSpace(world.db)
  await world.addPapers(DAY, TITLES)
  const compute = vi.spyOn(Archive.prototype, 'computeVectorsYielding')
  onTestFinished(() => compute.mockRestore())
  compute.mockImplementation(async () => {
    throw new Error('damaged paper')
  })
  await expect(untilTopicsCanBeRanked(depsWith(undefined))).rejects.toThrow('damaged paper')
  compute.mockRestore()
  await untilTopicsCanBeRanked(depsWith(undefined))
})
