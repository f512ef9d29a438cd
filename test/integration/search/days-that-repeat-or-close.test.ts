import { beforeEach, describe, expect, test } from 'vitest'
import { papersListedOn } from '../../../src/papers/paper.repo.ts'
import { DAY, useHuggingFace } from '../../support/hugging-face-world.ts'

const world = useHuggingFace()

/** What the source answers next: these papers, of as many votes each, and no second page. */
const list = (papers: Record<string, number>) => {
  const entries = Object.entries(papers).map(([id, upvotes]) => ({
    paper: { id, title: `Paper ${id}`, upvotes },
  }))
  const pages = entries.length > 0 ? [entries, []] : [[]]
  world.server.troubles.push(...pages.map((page) => ({ kind: 'body' as const, body: JSON.stringify(page) })))
}

const listings = (day = DAY) =>
  world.db.listing.findMany({ where: { day: new Date(day) }, orderBy: { paperId: 'asc' } })

describe('a day that repeats another', () => {
  const NEXT = '2026-08-18'
  const next = async (time: string) => {
    world.moveTo(`${NEXT}T${time}:00Z`)
    return world.ingest({ day: NEXT })
  }
  const dayNow = async () => (await world.sourceDays()).find(({ day }) => day === NEXT)

  beforeEach(async () => {
    list({ '2608.10001': 1, '2608.10002': 1 })
    await world.ingest()
  })

  test('records nothing, waits, then stalls', async () => {
    const papers = await world.db.paper.findMany()
    list({ '2608.10001': 5, '2608.10002': 5 })
    expect(await next('07:00')).toMatchObject({ added: 0, changed: 0, listed: 0 })
    expect(await dayNow()).toMatchObject({ state: 'waiting', reason: 'repeated', papers: 0, fetches: 1 })
    list({ '2608.10002': 5 })
    await next('12:00')
    expect(await dayNow()).toMatchObject({ state: 'stalled', reason: 'repeated', papers: 0, fetches: 2 })
    expect(await world.db.paper.findMany()).toEqual(papers)
    expect(await listings(NEXT)).toEqual([])
    expect(world.logged.at(-1)).toEqual(['source.fetched', expect.objectContaining({ reason: 'repeated' })])
  })

  test('also if one of its papers has no identifier', async () => {
    list({ '2608.10001': 1, 'none of its own': 1 })
    await world.ingest()
    list({ '2608.10001': 1, '2608.10002': 1, 'none of its own': 1 })
    expect(await next('07:00')).toMatchObject({ listed: 0, stands: { reason: 'repeated' } })
    expect(await listings(NEXT)).toEqual([])
  })

  test('becomes fresh as soon as its own list comes', async () => {
    list({ '2608.10001': 1, '2608.10002': 1 })
    await next('12:00')
    list({ '2608.10002': 1, '2608.10003': 1 })
    expect(await next('13:00')).toMatchObject({ added: 1, listed: 2 })
    const cameAt = new Date(`${NEXT}T13:00:00Z`)
    expect(await dayNow()).toMatchObject({ state: 'fresh', reason: null, papers: 2, cameAt })
  })

  test('keeps its papers if the list of another day comes after its own', async () => {
    list({ '2608.10003': 1 })
    await next('07:00')
    list({ '2608.10001': 1 })
    await next('08:00')
    expect(await dayNow()).toMatchObject({ state: 'fresh', reason: null, papers: 1, fetches: 2 })
    expect(await papersListedOn(world.db, NEXT)).toMatchObject([{ title: 'Paper 2608.10003' }])
  })

  test('does not repeat itself when it is fetched again', async () => {
    list({ '2608.10001': 1, '2608.10002': 1 })
    world.moveTo(`${DAY}T08:00:00Z`)
    await world.ingest()
    expect(await world.sourceDays()).toMatchObject([{ day: DAY, state: 'fresh', reason: null, papers: 2 }])
  })

  test('has its votes read if all its papers were listed again on a later day', async () => {
    list({ '2608.10001': 1, '2608.10002': 1, '2608.10003': 1 })
    await next('07:00')
    // With a paper of the later day, which is not its own.
    list({ '2608.10001': 8, '2608.10002': 9, '2608.10003': 7 })
    world.moveTo(`${NEXT}T08:00:00Z`)
    expect(await world.ingest()).toMatchObject({ changed: 2, listed: 2 })
    expect((await listings()).map(({ votes }) => votes)).toEqual([8, 9])
    expect((await world.sourceDays())[0]).toMatchObject({ day: DAY, state: 'fresh', reason: null, papers: 2 })
  })

  test('has a new paper for one without an identifier', async () => {
    world.server.troubles.push(
      { kind: 'body', body: '[{"paper":{"title":"Nameless"}},{"paper":{"id":"2608.10001","title":"T"}}]' },
      { kind: 'body', body: '[]' },
    )
    expect(await next('07:00')).toMatchObject({ added: 1, listed: 2 })
  })
})

describe('a day that is closed', () => {
  const closedAt = new Date('2026-08-15T06:00:00Z')
  const dueAt = (time: string) => {
    world.moveTo(time)
    return world.due()
  }

  beforeEach(async () => {
    world.moveTo('2026-08-15T06:00:00Z')
    list({ '2608.10001': 3 })
    await world.ingest()
  })

  test('has its votes read again, and late papers are counted', async () => {
    expect(await world.sourceDays()).toMatchObject([{ state: 'fresh', closedAt, late: 0 }])
    list({ '2608.10001': 8, '2608.10002': 1 })
    world.moveTo('2026-08-15T12:00:00Z')
    await world.ingest()
    expect((await listings()).map(({ votes }) => votes)).toEqual([8, 1])
    const nextTry = new Date('2026-08-15T18:00:00Z')
    expect(await world.sourceDays()).toMatchObject([
      { papers: 2, late: 1, fetches: 2, requests: 4, closedAt, nextTry },
    ])
  })

  test('is fetched every six hours with the others that are due', async () => {
    const asked = () => world.server.requests.filter(({ path }) => path.includes(DAY)).length
    const before = asked()
    await dueAt('2026-08-15T11:59:00Z')
    expect(asked()).toBe(before)
    await dueAt('2026-08-15T12:00:00Z')
    expect(asked()).toBeGreaterThan(before)
  })

  test('becomes fresh with late papers if it had none', async () => {
    const day = '2026-08-13'
    const quiet = async () => (await world.sourceDays()).find((one) => one.day === day)
    list({})
    await world.ingest({ day })
    expect(await quiet()).toMatchObject({ state: 'quiet', reason: 'none' })
    list({ '2608.10009': 1 })
    await world.ingest({ day })
    expect(await quiet()).toMatchObject({ state: 'fresh', reason: null, papers: 1, late: 1 })
  })
})
