import { beforeEach, expect, test } from 'vitest'
import { stoppedClock } from '../../../src/core/clock.ts'
import { addDays, type Day } from '../../../src/core/dates.ts'
import { dayTotals, isReconciled } from '../../../src/digests/reconciliation.repo.ts'
import { recordListings } from '../../../src/papers/listing.repo.ts'
import type { SourceRecord } from '../../../src/sources/source.ts'
import { runCommand } from '../../support/commands.ts'
import { type SubscriberOptions, useDigestWorld } from '../../support/digest-world.ts'
import { CARS, CELLS, learnSpace } from '../../support/learned-space.ts'

const world = useDigestWorld()

const DAY = '2026-11-24'
const NEXT_DAY = '2026-11-25'
const CAR = 'A car engine'
const AUTOMOBILE = 'Automobile engine'
const CLOSE = { topic: null, topicId: null, close: true }

beforeEach(async () => {
  await learnSpace(world.db)
  await world.addPapers('2026-11-01', CARS)
})

async function addSubscriber(id: string, options: SubscriberOptions = {}): Promise<void> {
  await world.addSubscriber(id, { topics: ['car engine'], ...options })
  await wantClosePapers(id, true)
}

const wantClosePapers = (id: string, related: boolean) =>
  world.db.subscriber.update({ where: { id }, data: { related } })

const record = (title: string, more: Partial<SourceRecord> = {}): SourceRecord => ({
  ...{ keys: [], title, abstract: '', authors: [], categories: [], keywords: [] },
  ...more,
})

/** Lists papers, and thirty on something else, so that up to two of the day may match or come close. */
const list = (day: Day, records: SourceRecord[], source = 'huggingface') =>
  recordListings(world.db, {
    ...{ source, day, now: new Date(`${day}T06:00:00Z`) },
    records: [...records, ...CELLS.map((title) => record(`${title} of ${day}`))],
  })

const listTitles = (day: Day, ...titles: string[]) =>
  list(
    day,
    titles.map((title) => record(title)),
  )

async function planAndAccept(day: Day, ids = ['ann']): Promise<void> {
  await world.plan(`${day}T08:05:00Z`)
  for (const id of ids)
    if ((await digestOn(day, id)).outcome === 'planned') await world.end(id, day, 'accepted')
}

const digestOn = async (day: Day, id = 'ann') => (await world.digestsOf(id))[day]!

test('a digest has near misses after the matches, with their topic and a reason', async () => {
  await addSubscriber('ann')
  await addSubscriber('bob')
  await wantClosePapers('bob', false)
  await listTitles(DAY, CAR, AUTOMOBILE)
  await planAndAccept(DAY)
  const { titles, matched, content } = await digestOn(DAY)
  expect([titles, matched]).toEqual([[CAR, AUTOMOBILE], 1])
  expect(content!.sections).toMatchObject([{ topic: 'car engine' }, CLOSE])
  const [paper] = content!.sections[1]!.papers
  const { id: topicId } = await world.db.topic.findFirstOrThrow({ where: { subscriberId: 'ann' } })
  expect(paper!.closeTo).toEqual({ topic: 'car engine', topicId })
  expect(paper!.reason).toMatchObject({ kind: 'close', terms: ['engine'] })
  expect(paper!.title.some(({ marked }) => marked)).toBe(false)
  expect((await digestOn(DAY, 'bob')).titles).toEqual([CAR])
})

test('a digest of near misses only is planned, and the totals of the day add up', async () => {
  await addSubscriber('ann')
  await addSubscriber('bob', { topics: ['unobtainium'] })
  await listTitles(DAY, AUTOMOBILE)
  const deps = { ...world.deps, clock: stoppedClock(new Date(`${DAY}T08:05:00Z`)) }
  expect((await runCommand(deps, ['digests', 'run', '--dry-run'])).json).toMatchObject({ planned: 1 })
  await planAndAccept(DAY)
  const { outcome, titles, matched, content, state } = await digestOn(DAY)
  expect([outcome, titles, matched, state]).toEqual(['planned', [AUTOMOBILE], 0, 'accepted'])
  expect(content!.sections).toMatchObject([CLOSE])
  expect((await digestOn(DAY, 'bob')).outcome).toBe('nothing_matched')
  const totals = await dayTotals(world.db, DAY)
  expect(totals).toMatchObject({ due: 2, planned: 1, nothingMatched: 1 })
  expect(isReconciled(totals)).toBe(true)
})

test("a near miss of two subscribers has each subscriber's own topic", async () => {
  for (const id of ['ann', 'bob', 'eve']) await addSubscriber(id)
  await listTitles(DAY, AUTOMOBILE)
  await planAndAccept(DAY)
  for (const id of ['ann', 'bob', 'eve']) {
    const { id: topicId } = await world.db.topic.findFirstOrThrow({ where: { subscriberId: id } })
    const [paper] = (await digestOn(DAY, id)).content!.sections[0]!.papers
    expect(paper!.closeTo).toEqual({ topic: 'car engine', topicId })
  }
  expect(await world.db.shownPaper.count()).toBe(1)
})

test('a digest with near misses never has the topic names of another subscriber', async () => {
  const names = { ann: 'Our patent', bob: 'Our patent', eve: 'Eve’s hobby' }
  for (const [id, name] of Object.entries(names)) {
    await addSubscriber(id)
    await world.db.topic.updateMany({ where: { subscriberId: id }, data: { name } })
  }
  await listTitles(DAY, AUTOMOBILE)
  await planAndAccept(DAY)
  for (const [id, name] of Object.entries(names)) {
    const [paper] = (await digestOn(DAY, id)).content!.sections[0]!.papers
    expect(paper).toMatchObject({ closeTo: { topic: name }, reason: { kind: 'close', terms: ['engine'] } })
  }
  const shared = await world.db.shownPaper.findMany()
  expect(shared).toHaveLength(1)
  expect(JSON.stringify(shared)).not.toMatch(/patent|hobby/)
})

test('a near miss is shown once, also if another source lists it again', async () => {
  await addSubscriber('ann')
  const keys = [{ scheme: 'arxiv' as const, value: '2611.00001' }]
  await list(DAY, [record(AUTOMOBILE, { keys })])
  await planAndAccept(DAY)
  expect((await digestOn(DAY)).titles).toEqual([AUTOMOBILE])
  await list(NEXT_DAY, [record(AUTOMOBILE, { keys, votes: 9 })], 'arxiv:cs.CL')
  await planAndAccept(NEXT_DAY)
  expect((await digestOn(NEXT_DAY)).outcome).toBe('nothing_matched')
})

test('a paper that was not chosen as a near miss is not considered again', async () => {
  await addSubscriber('ann', { max: 1 })
  await listTitles(DAY, AUTOMOBILE, `${AUTOMOBILE} wheel`)
  await planAndAccept(DAY)
  expect((await digestOn(DAY)).titles).toHaveLength(1)
  await listTitles(NEXT_DAY)
  await planAndAccept(NEXT_DAY)
  expect((await digestOn(NEXT_DAY)).outcome).toBe('nothing_matched')
})

test('a near miss of a digest that was given up is shown again', async () => {
  await addSubscriber('ann')
  await listTitles(DAY, AUTOMOBILE)
  await world.plan(`${DAY}T08:05:00Z`)
  await world.end('ann', DAY, 'gave_up')
  await listTitles(NEXT_DAY)
  await planAndAccept(NEXT_DAY)
  expect((await digestOn(NEXT_DAY)).titles).toEqual([AUTOMOBILE])
})

test('a weekly digest has up to three near misses of the whole week', async () => {
  await addSubscriber('ann', { days: ['tue'], confirmedAt: '2026-11-24T09:00:00Z' })
  for (let day = DAY; day <= '2026-11-30'; day = addDays(day, 1))
    await listTitles(day, `${AUTOMOBILE} ${day}`)
  await planAndAccept('2026-12-01')
  const { titles, content } = await digestOn('2026-12-01')
  expect(titles).toHaveLength(3)
  expect(content).toMatchObject({ week: { from: '2026-11-24', to: '2026-11-30' }, sections: [CLOSE] })
})

test('a paper whose votes arrive later is rising, unless it was shown as a near miss', async () => {
  await addSubscriber('shown', { topics: ['car engine', 'automobile votes>=20'] })
  await addSubscriber('waiting', { topics: ['automobile votes>=20'] })
  await addSubscriber('limited', { topics: ['car engine votes>=20'] })
  const ids = ['shown', 'waiting', 'limited']
  await list(DAY, [record(AUTOMOBILE, { votes: 3 })])
  await planAndAccept(DAY, ids)
  expect((await digestOn(DAY, 'shown')).content!.sections).toMatchObject([CLOSE])
  for (const id of ['waiting', 'limited']) expect((await digestOn(DAY, id)).outcome).toBe('nothing_matched')
  await list(DAY, [record(AUTOMOBILE, { votes: 25 })])
  await planAndAccept(NEXT_DAY, ids)
  expect((await digestOn(NEXT_DAY, 'shown')).outcome).toBe('nothing_matched')
  expect((await digestOn(NEXT_DAY, 'waiting')).content!.sections).toMatchObject([{ rising: true }])
  // Conditions hold for papers that come close too, on the day on which a digest considers them.
  expect((await digestOn(NEXT_DAY, 'limited')).outcome).toBe('nothing_matched')
})
