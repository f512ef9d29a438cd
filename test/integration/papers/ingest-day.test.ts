import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { papersListedOn } from '../../../src/papers/paper.repo.ts'
import { DAY, useHuggingFace } from '../../support/hugging-face-world.ts'
import { five } from '../../support/json-server.ts'
import { recordedDay, recordings } from '../../support/recorded-days.ts'

const world = useHuggingFace()

const rows = async () => ({
  papers: await world.db.paper.findMany({ orderBy: { id: 'asc' } }),
  keys: await world.db.paperKey.findMany({ orderBy: [{ scheme: 'asc' }, { value: 'asc' }] }),
  listings: await world.db.listing.findMany({ orderBy: { paperId: 'asc' } }),
})

describe('one day', () => {
  test('records its papers, its source day, and log lines', async () => {
    const count = recordedDay('daily', DAY).length
    expect(await world.ingest()).toEqual({
      source: 'huggingface',
      day: DAY,
      added: count,
      changed: 0,
      unchanged: 0,
      listed: count,
      revised: 0,
      refused: [],
      rejected: [],
      stands: { state: 'fresh', reason: null },
    })
    expect(await papersListedOn(world.db, DAY)).toHaveLength(count)
    expect(await world.sourceDays()).toMatchObject([{ day: DAY, state: 'fresh', papers: count, failures: 0 }])
    expect(world.logged).toEqual([
      [
        'source.fetched',
        expect.objectContaining({ source: 'huggingface', day: DAY, requests: 2, added: count, refused: 0 }),
      ],
    ])
    expect(world.server.requests[0]?.userAgent).toBe('daily-papers (http://papers.example)')
  })

  test('sends no request after ten minutes to a source that asks for a pause after each page', async () => {
    const entry = (id: number) => ({ paper: { id: `2608.${10_000 + id}`, title: `Paper ${id}` } })
    for (let page = 0; page < 5; page++) {
      const body = JSON.stringify(Array.from({ length: 100 }, (_, i) => entry(page * 100 + i)))
      world.server.troubles.push({ kind: 'body', body, headers: { ratelimit: '"api";r=0;t=280' } })
    }
    const waits: number[] = []
    const wait = async (ms: number) => void waits.push(ms)
    const code = 'source.held'
    await expect(world.ingest({ wait })).rejects.toMatchObject({ code, values: { seconds: 280 } })
    expect(waits.filter((ms) => ms > 1000)).toEqual([280_000, 280_000])
    expect(await world.sourceDays()).toMatchObject([{ day: DAY, papers: 0 }])
  })

  test('with more than 2,000 papers is not stored, and says that the source is stopped', async () => {
    const serve = (papers: number) => {
      const entry = (_: unknown, id: number) => ({
        paper: { id: `2608.${10_000 + id}`, title: `Paper ${id}` },
      })
      const entries = Array.from({ length: papers }, entry)
      for (let from = 0; from < papers; from += 500)
        world.server.troubles.push({ kind: 'body', body: JSON.stringify(entries.slice(from, from + 500)) })
      world.server.troubles.push({ kind: 'body', body: '[]' })
    }
    serve(2001)
    await expect(world.ingest()).rejects.toMatchObject({ code: 'source.too-many', values: { count: 2001 } })
    expect(await world.db.paper.count()).toBe(0)
    expect(await world.sourceDays()).toMatchObject([{ day: DAY, state: 'failed', reason: 'too-many' }])
    serve(2000)
    expect(await world.ingest()).toMatchObject({ added: 2000 })
    expect(await world.sourceDays()).toMatchObject([{ day: DAY, state: 'fresh', reason: null }])
  })

  test('fetched again changes no row', async () => {
    await world.ingest()
    const before = await rows()
    world.moveTo(`${DAY}T08:00:00Z`)
    expect(await world.ingest()).toMatchObject({ added: 0, changed: 0 })
    expect(await rows()).toEqual(before)
  })

  test('fetched later the same day changes only what differs', async () => {
    await world.ingest()
    const before = await rows()
    world.server.serve(`${recordings}/later-same-day`)
    world.moveTo(`${DAY}T13:00:00Z`)
    const { added, changed, unchanged } = await world.ingest()
    expect(added).toBeGreaterThan(0)
    expect(changed).toBeGreaterThan(0)
    expect(unchanged).toBeGreaterThan(0)
    const after = await rows()
    expect(after.papers.slice(0, before.papers.length).map(({ id }) => id)).toEqual(
      before.papers.map(({ id }) => id),
    )
    const untouched = before.listings.filter(({ paperId, votes, comments }) =>
      after.listings.some(
        (row) => row.paperId === paperId && row.votes === votes && row.comments === comments,
      ),
    )
    expect(after.listings).toEqual(expect.arrayContaining(untouched))
  })

  test('keeps all other papers if an entry cannot be read, which is logged', async () => {
    world.server.troubles.push({
      kind: 'body',
      body: '[{"paper":{"id":"2608.1"}},{"paper":{"id":"2608.10001","title":"T"}}]',
    })
    world.server.troubles.push({ kind: 'body', body: '[]' })
    expect(await world.ingest()).toMatchObject({ added: 1, refused: [{ index: 0 }] })
    expect(world.logged[0]).toEqual([
      'source.record-refused',
      { source: 'huggingface', day: DAY, index: 0, why: 'title: absent, or no text' },
    ])
  })

  test('fails if nothing can be read, and is not quiet', async () => {
    world.server.troubles.push({ kind: 'body', body: '[{"article":{}}]' }, { kind: 'body', body: '[]' })
    await expect(world.ingest()).rejects.toMatchObject({ code: 'source.unreadable', values: { count: 1 } })
    expect(await world.sourceDays()).toMatchObject([{ state: 'failed', lastFault: 'source.unreadable' }])
  })

  test('records a failed fetch, which changes no paper', async () => {
    await world.ingest()
    const before = await rows()
    world.server.troubles.push(...five({ kind: 'status', status: 503 }))
    await expect(world.ingest()).rejects.toMatchObject({ code: 'source.failing' })
    expect(await rows()).toEqual(before)
    expect(await world.sourceDays()).toMatchObject([
      {
        state: 'fresh',
        failures: 1,
        requests: 7,
        lastStatus: 503,
        lastFault: 'source.failing',
        nextTry: new Date(`${DAY}T07:05:00Z`),
      },
    ])
  })

  test('fails without papers if its fetch fails', async () => {
    world.server.troubles.push(...five({ kind: 'status', status: 503 }))
    await expect(world.ingest()).rejects.toMatchObject({ code: 'source.failing' })
    expect(await world.sourceDays()).toMatchObject([
      { state: 'failed', papers: 0, failures: 1, fetches: 0, requests: 5 },
    ])
  })

  test('sends no request for an hour if the source asks for it', async () => {
    world.server.troubles.push({ kind: 'rate-limited', headers: { 'retry-after': '3600' } })
    await expect(world.ingest()).rejects.toMatchObject({ code: 'source.rate-limited' })
    expect(await world.sourceDays()).toMatchObject([{ nextTry: new Date(`${DAY}T08:00:00Z`) }])
  })

  test('counts and records nothing in a dry run, with or without success', async () => {
    expect(await world.ingest({ dryRun: true })).toMatchObject({ added: recordedDay('daily', DAY).length })
    world.server.troubles.push({ kind: 'status', status: 400 })
    await expect(world.ingest({ dryRun: true })).rejects.toMatchObject({ code: 'source.refused-date' })
    expect(await rows()).toEqual({ papers: [], keys: [], listings: [] })
    expect(await world.sourceDays()).toEqual([])
  })

  test('is refused for an unknown source', async () => {
    await expect(world.ingest({ source: 'elsewhere' })).rejects.toMatchObject({ code: 'source.unknown' })
    expect(await world.sourceDays()).toEqual([])
  })
})

test('a future day is not fetched', async () => {
  await expect(world.ingest({ day: '2026-08-15' })).rejects.toMatchObject({ code: 'source.not-begun' })
  expect(world.server.requests).toEqual([])
  expect(await world.sourceDays()).toEqual([])
})

describe('papers that the database rejects', () => {
  const listed = (...titles: string[]) => {
    const entries = titles.map((title, n) => ({ paper: { id: `2608.${10_001 + n}`, title } }))
    for (const page of [entries, []]) world.server.troubles.push({ kind: 'body', body: JSON.stringify(page) })
  }
  beforeEach(
    () => world.db.$executeRaw`alter table paper add constraint no_poison check (title not like 'Poison%')`,
  )
  afterEach(() => world.db.$executeRaw`alter table paper drop constraint no_poison`)

  test('are logged and named with the day, and the others are kept', async () => {
    listed('One', 'Poison', 'Three')
    const rejected = [{ paper: 'arxiv:2608.10002', why: expect.stringContaining('no_poison') }]
    expect(await world.ingest()).toMatchObject({ added: 2, listed: 2, rejected })
    expect(await world.sourceDays()).toMatchObject([
      { state: 'fresh', papers: 2, failures: 0, lastFault: null, rejected: ['arxiv:2608.10002'] },
    ])
    const [warned, fetched] = world.logged
    expect(warned).toEqual(['source.record-refused', { source: 'huggingface', day: DAY, ...rejected[0] }])
    expect(fetched).toEqual([
      'source.fetched',
      expect.objectContaining({ added: 2, refused: 0, rejected: 1 }),
    ])
  })

  test('fail the day if they are all of its papers, and it is fetched again', async () => {
    listed('Poison 1', 'Poison 2')
    await expect(world.ingest()).rejects.toMatchObject({ code: 'papers.rejected', values: { count: 2 } })
    expect(await world.sourceDays()).toMatchObject([
      { state: 'failed', failures: 1, lastFault: 'papers.rejected', nextTry: new Date(`${DAY}T07:05:00Z`) },
    ])
  })

  test('are named by a dry run too', async () => {
    listed('One', 'Poison')
    expect(await world.ingest({ dryRun: true })).toMatchObject({
      added: 1,
      rejected: [{ paper: 'arxiv:2608.10002' }],
    })
    expect(await world.db.paper.count()).toBe(0)
  })
})

test('twenty of thousands of entries that cannot be read are logged', async () => {
  const body = JSON.stringify([{ paper: { title: 'T' } }, ...Array.from({ length: 2000 }, () => 7)])
  world.server.troubles.push({ kind: 'body', body }, { kind: 'body', body: '[]' })
  expect((await world.ingest()).refused).toHaveLength(2000)
  expect(world.logged.filter(([event]) => event === 'source.record-refused')).toHaveLength(20)
  expect(world.logged.at(-1)?.[1]).toMatchObject({ refused: 2000 })
})
