import { createHash } from 'node:crypto'
import { PrismaPg } from '@prisma/adapter-pg'
import { beforeEach, describe, expect, test } from 'vitest'
import { PrismaClient } from '../../../src/generated/prisma/client.ts'
import { type DayListings, recordListings } from '../../../src/papers/listing.repo.ts'
import { maxPaperId, paperByName, papersInRange, papersListedOn } from '../../../src/papers/paper.repo.ts'
import { parseDailyPapers } from '../../../src/sources/huggingface/parse-daily-papers.ts'
import type { SourceRecord } from '../../../src/sources/source.ts'
import { emptyTables, useDatabase } from '../../support/database.ts'
import { recordedDay, recordedDays } from '../../support/recorded-days.ts'

const database = useDatabase()
beforeEach(() => emptyTables(database.db))

const MORNING = new Date('2026-08-14T05:00:00Z')
const AFTERNOON = new Date('2026-08-14T13:00:00Z')

const paper = (fields: Partial<SourceRecord> & { arxiv?: string; doi?: string } = {}): SourceRecord => {
  const { arxiv, doi, ...rest } = fields
  return {
    keys: [
      ...(arxiv ? [{ scheme: 'arxiv' as const, value: arxiv }] : []),
      ...(doi ? [{ scheme: 'doi' as const, value: doi }] : []),
    ],
    title: 'A title',
    abstract: 'What it says.',
    authors: [],
    categories: [],
    keywords: [],
    ...rest,
  }
}

const list = (records: SourceRecord[], more: Partial<DayListings> = {}) =>
  recordListings(database.db, { source: 'huggingface', day: '2026-08-14', records, now: MORNING, ...more })

const everything = async () => ({
  history: await database.db.paperHistory.findMany({ orderBy: { id: 'asc' } }),
  papers: await database.db.paper.findMany({ orderBy: { id: 'asc' } }),
  keys: await database.db.paperKey.findMany({ orderBy: [{ scheme: 'asc' }, { value: 'asc' }] }),
  listings: await database.db.listing.findMany({ orderBy: [{ day: 'asc' }, { paperId: 'asc' }] }),
})

describe('what a source lists', () => {
  test('is stored as it was listed', async () => {
    const whole: SourceRecord = {
      ...paper({ arxiv: '2608.00001', doi: '10.1000/1' }),
      title: 'On <b> & "quotes" \\ $L_2$, {braces}, ü and 论文 😀',
      authors: ['O\'Hara, "Pat"', 'Zoë {Comma}, B.', ''],
      categories: ['cs.CL', 'cs.LG'],
      keywords: ['linear attention', 'null'],
      organization: 'The Lab',
      codeUrl: 'https://github.com/one/two',
      codeStars: 34,
      projectUrl: 'https://project.example/',
      summary: 'It says so, briefly.',
      publishedAt: new Date('2026-08-13T09:30:00.123Z'),
      version: 2,
      votes: 41,
      comments: 4,
    }
    expect(await list([whole])).toEqual({
      added: 1,
      changed: 0,
      unchanged: 0,
      listed: 1,
      revised: 0,
      rejected: [],
    })
    const { keys: _keys, version: _version, ...said } = whole
    expect(await papersListedOn(database.db, '2026-08-14')).toEqual([
      {
        ...said,
        id: 1,
        arxivId: '2608.00001',
        doi: '10.1000/1',
        firstDay: '2026-08-14',
        onlyRevised: false,
        revisedDay: null,
      },
    ])
    const later = { ...whole, title: `${whole.title}!`, authors: [...whole.authors, 'New'], version: 3 }
    expect(await list([later], { now: AFTERNOON })).toMatchObject({ changed: 1 })
    expect(await paperByName(database.db, '2608.00001')).toMatchObject({
      title: later.title,
      authors: later.authors,
    })
  })

  test('without a value is stored as unknown, not as zero', async () => {
    await list([paper()])
    expect(await papersListedOn(database.db, '2026-08-14')).toMatchObject([
      { votes: null, comments: null, organization: null, publishedAt: null, arxivId: null, doi: null },
    ])
  })

  test('fetched again changes no row', async () => {
    const links = { organization: 'The Lab', codeUrl: 'https://code.example/', summary: 'Briefly.' }
    const records = [paper({ arxiv: '2608.00001', votes: 1, version: 2, ...links }), paper({ title: 'B' })]
    await list(records)
    const before = await everything()
    expect(await list(records, { now: AFTERNOON })).toEqual({
      added: 0,
      changed: 0,
      unchanged: 2,
      listed: 2,
      revised: 0,
      rejected: [],
    })
    expect(await everything()).toEqual(before)
  })

  test('a second time updates only the fields that differ', async () => {
    await list([
      paper({ arxiv: '2608.00001', votes: 1 }),
      paper({ title: 'B', arxiv: '2608.00002', votes: 5 }),
    ])
    const { history, ...before } = await everything()
    const later = [
      paper({ arxiv: '2608.00001', votes: 3 }),
      paper({ title: 'B', arxiv: '2608.00002', votes: 5 }),
    ]
    expect(await list(later, { now: AFTERNOON })).toEqual({
      added: 0,
      changed: 1,
      unchanged: 1,
      listed: 2,
      revised: 0,
      rejected: [],
    })
    expect(await everything()).toEqual({
      ...before,
      history: [...history, { id: 3, paperId: 1, votes: 3, revisedOn: null, at: AFTERNOON }],
      listings: [{ ...before.listings[0], votes: 3, updatedAt: AFTERNOON }, before.listings[1]],
    })
  })

  test('without votes keeps the votes that were known', async () => {
    await list([paper({ votes: 3, comments: 1 })])
    expect(await list([paper()], { now: AFTERNOON })).toMatchObject({ unchanged: 1 })
    expect(await papersListedOn(database.db, '2026-08-14')).toMatchObject([{ votes: 3, comments: 1 }])
  })

  test('on two days is one paper, first listed on the earlier one', async () => {
    await list([paper({ arxiv: '2608.00001', votes: 9 })], { day: '2026-08-19' })
    expect(await list([paper({ arxiv: '2608.00001', votes: 4 })], { day: '2026-08-14' })).toMatchObject({
      changed: 1,
    })
    expect(await paperByName(database.db, '2608.00001')).toMatchObject({
      id: 1,
      firstDay: '2026-08-14',
      votes: 9,
    })
  })

  test('with no votes is stored as zero, which is not unknown', async () => {
    await list([paper({ title: 'Nought', votes: 0 }), paper({ title: 'Unknown' })])
    const said = await papersListedOn(database.db, '2026-08-14')
    expect(said.map(({ title, votes }) => [title, votes])).toEqual([
      ['Nought', 0],
      ['Unknown', null],
    ])
    await list([paper({ title: 'Unknown' })], { source: 'import', now: AFTERNOON })
    await list([paper({ title: 'Nought' })], { source: 'import', now: AFTERNOON })
    expect(await papersListedOn(database.db, '2026-08-14')).toEqual(said)
  })

  test('may later add a summary, which stays if it is not repeated', async () => {
    await list([paper()])
    expect(await papersListedOn(database.db, '2026-08-14')).toMatchObject([{ summary: null }])
    expect(await list([paper({ summary: 'Briefly.' })], { now: AFTERNOON })).toMatchObject({ changed: 1 })
    expect(await list([paper()], { now: AFTERNOON })).toMatchObject({ unchanged: 1 })
    expect(await papersListedOn(database.db, '2026-08-14')).toMatchObject([{ summary: 'Briefly.' }])
  })

  test('twice in one list is one paper', async () => {
    const twice = [paper({ arxiv: '2608.00001', votes: 1 }), paper({ arxiv: '2608.00001', votes: 2 })]
    expect(await list(twice)).toEqual({
      added: 1,
      changed: 0,
      unchanged: 0,
      listed: 1,
      revised: 0,
      rejected: [],
    })
    expect(await papersListedOn(database.db, '2026-08-14')).toMatchObject([{ votes: 2 }])
  })

  test('may be empty', async () => {
    expect(await list([])).toEqual({
      added: 0,
      changed: 0,
      unchanged: 0,
      listed: 0,
      revised: 0,
      rejected: [],
    })
  })

  test('in a dry run is counted and not recorded', async () => {
    await list([paper({ title: 'Known', votes: 1 })])
    const before = await everything()
    const records = [paper({ title: 'Known', votes: 2 }), paper({ title: 'New' })]
    expect(await list(records, { dryRun: true })).toEqual({
      added: 1,
      changed: 1,
      unchanged: 0,
      listed: 2,
      revised: 0,
      rejected: [],
    })
    expect(await everything()).toEqual(before)
  })
})

describe('a list without identifiers', () => {
  const withId = paper({ arxiv: '2608.00001', title: 'Repair-R1: Better Test Before Repair' })
  const without = paper({ title: 'Repair-R1 – better test\nbefore repair', abstract: '' })
  test.each([
    ['before the source that has them', [without, withId]],
    ['after it', [withId, without]],
  ])('%s: one paper, which has its identifier', async (_when, [first, second]) => {
    await list([first!], { source: 'import' })
    expect(await list([second!], { now: AFTERNOON })).toMatchObject({ added: 0, changed: 1 })
    const papers = await papersInRange(database.db, { after: 0, upTo: 99, firstDayFrom: '2026-01-01' })
    expect(papers).toMatchObject([{ id: 1, arxivId: '2608.00001', abstract: 'What it says.' }])
  })
})

describe('identifiers are texts', () => {
  test.each([
    ['a zero at the end', '2608.00010', '2608.00100'],
    ['a zero at the end of four digits', '0704.0010', '0704.0100'],
    ['the archive', 'hep-th/9901010', 'math/9901010'],
  ])('two that differ in %s are two papers', async (_what, one, other) => {
    await list([paper({ title: 'A', arxiv: one }), paper({ title: 'B', arxiv: other })])
    expect(await paperByName(database.db, one)).toMatchObject({ id: 1, arxivId: one })
    expect(await paperByName(database.db, other)).toMatchObject({ id: 2, arxivId: other })
  })
})

describe('a title that two papers share', () => {
  const one = paper({ arxiv: '2608.00001', title: 'Technical Report' })
  const other = paper({ arxiv: '2608.00002', title: 'Technical Report' })
  const without = paper({ title: 'Technical report' })
  test.each([
    ['first', [without, one, other]],
    ['between them', [one, without, other]],
    ['last', [other, one, without]],
  ])('belongs to one of them without an identifier: %s', async (_when, records) => {
    for (const record of records) await list([record])
    await list(records, { now: AFTERNOON })
    const { papers, keys } = await everything()
    expect(papers.map(({ id }) => id)).toEqual([1, 2])
    expect(keys.map(({ scheme }) => scheme)).toEqual(['arxiv', 'arxiv', 'title'])
  })
})

describe('two papers that turn out to be one', () => {
  const turnOut = () =>
    list([paper({ title: 'C', arxiv: '2608.00001', doi: '10.1000/1' })], { now: AFTERNOON })

  beforeEach(async () => {
    const first = paper({ title: 'A', doi: '10.1000/1', votes: 2, organization: 'The Lab' })
    await list([first, paper({ title: 'Other', arxiv: '2608.00009' })])
    await list([paper({ title: 'B longer', arxiv: '2608.00001', votes: 7, comments: 1 })])
    await list([paper({ title: 'B longer', arxiv: '2608.00001', votes: 5 })], { day: '2026-08-13' })
  })

  test('keep the lower id, the keys and the listings of both, and the best value of each field', async () => {
    expect(await turnOut()).toEqual({
      added: 0,
      changed: 1,
      unchanged: 0,
      listed: 2,
      revised: 0,
      rejected: [],
    })
    const all = await papersInRange(database.db, { after: 0, upTo: 99, firstDayFrom: '2026-01-01' })
    expect(all.map(({ id }) => id)).toEqual([1, 2])
    expect(all[0]).toMatchObject({
      title: 'B longer',
      organization: 'The Lab',
      arxivId: '2608.00001',
      doi: '10.1000/1',
      firstDay: '2026-08-13',
      votes: 7,
      comments: 1,
    })
    expect(await papersListedOn(database.db, '2026-08-13')).toMatchObject([{ id: 1 }])
  })

  test('a link with the higher id still leads there, and maxPaperId does not decrease', async () => {
    expect(await maxPaperId(database.db)).toBe(3)
    await turnOut()
    expect(await paperByName(database.db, 'id:3')).toMatchObject({ id: 1 })
    expect(await maxPaperId(database.db)).toBe(3)
    await turnOut()
    expect(await maxPaperId(database.db)).toBe(3)
  })
})

test('three papers that turn out to be one keep the fullest of two listings of a day', async () => {
  await list([paper({ title: 'First' })], { day: '2026-08-12' })
  const second = paper({ title: 'Second', doi: '10.1000/1', kind: 'revised', comments: 2 })
  const third = paper({ title: 'Third', arxiv: '2608.00001', kind: 'new', votes: 4 })
  await list([second, third], { day: '2026-08-13' })
  await list([paper({ title: 'First', arxiv: '2608.00001', doi: '10.1000/1' })])
  expect((await everything()).listings).toMatchObject([
    { paperId: 1, day: new Date('2026-08-12') },
    { paperId: 1, day: new Date('2026-08-13'), kind: 'new', votes: 4, comments: 2 },
    { paperId: 1, day: new Date('2026-08-14') },
  ])
})

test('ids rise in the order in which ingests become visible, and no paper is created twice', async () => {
  const days = ['2026-08-11', '2026-08-12', '2026-08-13', '2026-08-14', '2026-08-17', '2026-08-18']
  const seen: number[][] = []
  await Promise.all(
    days.map(async (day, index) => {
      const own = Array.from({ length: 40 }, (_, n) =>
        paper({ title: `${day} ${n}`, arxiv: `2608.${index}${1000 + n}` }),
      )
      await list([...own, paper({ title: 'On all days', arxiv: '2608.99999' })], { day })
      const rows = await database.db.paper.findMany({ select: { id: true }, orderBy: { id: 'asc' } })
      seen.push(rows.map(({ id }) => id))
    }),
  )
  expect(await database.db.paper.count()).toBe(days.length * 40 + 1)
  expect(await database.db.listing.count({ where: { paper: { title: 'On all days' } } })).toBe(days.length)
  const all = seen.find((ids) => ids.length === days.length * 40 + 1)!
  // A reader that saw id n had seen every id below it.
  for (const ids of seen) expect(ids).toEqual(all.slice(0, ids.length))
})

test('all recorded days: each paper once, and a second round changes nothing', async () => {
  const days = recordedDays('daily')
  const names = new Set<unknown>()
  for (const day of days) {
    const { records } = parseDailyPapers(recordedDay('daily', day))
    for (const { keys } of records) names.add(keys[0]?.value)
    await list(records, { day, now: new Date(`${day}T12:00:00Z`) })
  }
  expect(await database.db.paper.count()).toBe(names.size)
  const before = await everything()
  for (const day of days.slice(-10)) {
    const { records } = parseDailyPapers(recordedDay('daily', day))
    expect(await list(records, { day, now: new Date(`${day}T13:00:00Z`) })).toMatchObject({
      added: 0,
      changed: 0,
    })
  }
  expect(await everything()).toEqual(before)
})

test('a later list of the same day adds new papers and updates votes', async () => {
  for (const day of recordedDays('later-same-day')) {
    const [morning, later] = (['daily', 'later-same-day'] as const).map(
      (folder) => parseDailyPapers(recordedDay(folder, day)).records,
    )
    await list(morning!, { day })
    const { added, changed, unchanged } = await list(later!, { day, now: AFTERNOON })
    expect(added).toBeGreaterThan(0)
    expect(added + changed + unchanged).toBe(later!.length)
    const listings = await database.db.listing.findMany({
      where: { day: new Date(day) },
      include: { paper: { include: { keys: true } } },
    })
    const votes = new Map(listings.flatMap((row) => row.paper.keys.map((key) => [key.value, row.votes])))
    for (const record of later!.filter(({ withdrawnAt }) => !withdrawnAt))
      expect(votes.get(record.keys[0]!.value)).toBe(record.votes)
    const touched = listings.filter((row) => row.updatedAt.getTime() === AFTERNOON.getTime()).length
    expect(touched).toBeLessThanOrEqual(added + changed)
    expect(await list(later!, { day })).toMatchObject({ added: 0, changed: 0 })
  }
})

test('a thousand papers take few statements', async () => {
  let statements = 0
  const db = new PrismaClient({
    adapter: new PrismaPg({ connectionString: database.url }),
    log: [{ emit: 'event', level: 'query' }],
  })
  db.$on('query', () => statements++)
  const records = Array.from({ length: 1000 }, (_, n) =>
    paper({ title: `T${n}`, arxiv: `2608.${10000 + n}`, votes: n }),
  )
  const day = { source: 'huggingface', day: '2026-08-14', now: MORNING }
  expect(await recordListings(db, { ...day, records })).toMatchObject({ added: 1000 })
  const later = records.map((record) => ({ ...record, votes: 1000, keywords: ['new'] }))
  expect(await recordListings(db, { ...day, records: later })).toMatchObject({ changed: 1000 })
  await db.$disconnect()
  expect(statements).toBeGreaterThan(10)
  expect(statements).toBeLessThan(30)
})

describe('records that the database rejects', () => {
  // Of no pattern that Postgres could compress.
  const doi = Array.from({ length: 60 }, (_, n) => createHash('sha256').update(`${n}`).digest('hex')).join('')
  const good = (n: number) => paper({ arxiv: `2608.${10_000 + n}`, title: `Paper ${n}`, votes: n })
  const poisons: [string, Partial<SourceRecord>][] = [
    ['a version out of range', { version: 999_999_999_999 }],
    ['a key longer than an index entry', { keys: [{ scheme: 'doi', value: doi }] }],
    ['a NUL in its title', { title: 'a\0b' }],
    ['a NUL in a key', { keys: [{ scheme: 'doi', value: 'a\0b' }] }],
    ['half a character in a key', { keys: [{ scheme: 'doi', value: 'a\ud800b' }] }],
    ['a NUL in an author', { authors: ['a\0b'] }],
    ['votes out of range', { votes: 1e12 }],
    ['half a comment', { comments: 1.5 }],
  ]

  test.each(poisons)('%s: all others are recorded', async (_what, poison) => {
    const records = [1, 2, 3, 4, 5, 6, 7].map(good)
    records.splice(3, 0, { ...paper({ title: 'Poison' }), ...poison })
    const { rejected, ...counts } = await list(records)
    expect(counts).toEqual({ added: 7, changed: 0, unchanged: 0, listed: 7, revised: 0 })
    expect(rejected).toEqual([
      { paper: expect.stringMatching(/^[^\p{C}]{1,100}$/u), why: expect.any(String) },
    ])
    const papers = await papersListedOn(database.db, '2026-08-14')
    expect(papers.map(({ title }) => title).sort()).toEqual([1, 2, 3, 4, 5, 6, 7].map((n) => `Paper ${n}`))
  })

  test('numbers rise in the order of the records', async () => {
    const records = [good(1), good(2), paper({ arxiv: '2608.1', version: 1e12 }), good(3), good(4)]
    await list(records)
    const papers = await database.db.paper.findMany({ orderBy: { id: 'asc' } })
    expect(papers.map(({ title }) => title)).toEqual(['Paper 1', 'Paper 2', 'Paper 3', 'Paper 4'])
  })

  test('are rejected again, and the others unchanged, the next time', async () => {
    const records = [good(1), paper({ arxiv: '2608.1', version: 1e12 }), good(2)]
    await list(records)
    const before = await everything()
    expect(await list(records)).toMatchObject({
      added: 0,
      changed: 0,
      unchanged: 2,
      rejected: [{ paper: 'arxiv:2608.1', why: expect.stringContaining('out of range') }],
    })
    expect(await everything()).toEqual(before)
  })

  test('keep what the other of two records of a paper contains', async () => {
    const records = [good(1), { ...good(1), version: 1e12 }, good(2)]
    expect(await list(records)).toMatchObject({ added: 2, rejected: [{ paper: 'arxiv:2608.10001' }] })
  })

  test('fail the call and record nothing if they are all', async () => {
    const also = async () => {
      throw new Error('unreached')
    }
    const records = [paper({ version: 1e12 }), paper({ title: 'B', version: 1e12 })]
    const recording = recordListings(
      database.db,
      { source: 'huggingface', day: '2026-08-14', records, now: MORNING },
      also,
    )
    await expect(recording).rejects.toMatchObject({ code: 'papers.rejected', values: { count: 2 } })
    expect(await database.db.paper.count()).toBe(0)
  })

  test('an error that is not about values ends the recording', async () => {
    await database.db.$executeRaw`alter table paper rename column version to edition`
    try {
      await expect(list([good(1), good(2)])).rejects.toMatchObject({ name: 'PrismaClientKnownRequestError' })
    } finally {
      await database.db.$executeRaw`alter table paper rename column edition to version`
    }
  })
})

test('thousands of papers at once are written one statement after the other on the connection', async () => {
  const warnings: string[] = []
  const note = ({ message }: Error) => void warnings.push(message)
  process.on('warning', note)
  const records = Array.from({ length: 4_000 }, (_, n) =>
    paper({ arxiv: `2608.${String(n).padStart(5, '0')}`, doi: `10.1000/${n}`, title: `Paper ${n}` }),
  )
  expect(await list(records)).toMatchObject({ added: 4_000 })
  const later = { now: AFTERNOON, day: '2026-08-15' as const }
  expect(await list(records, later)).toMatchObject({ added: 0 })
  await new Promise((done) => setImmediate(done))
  process.off('warning', note)
  expect(warnings).toEqual([])
})

describe('what a rolling source has', () => {
  const DAY_1 = '2026-08-14'
  const DAY_2 = '2026-08-15'
  const see = async (day: string, records: SourceRecord[], lastFetch: string | null) => {
    const earlier: unknown[] = []
    const now = new Date(`${day}T10:00:00Z`)
    const firstSeen = { lastFetch: lastFetch === null ? null : new Date(lastFetch) }
    const listings = { source: 'huggingface', day, records, now, firstSeen }
    const recorded = await recordListings(database.db, listings, async (_tx, _recorded, days) => {
      earlier.push(...days)
    })
    return { ...recorded, earlier }
  }
  const daysOf = async () =>
    (await everything()).listings.map(({ day, paperId }) => [paperId, day.toISOString().slice(0, 10)])
  const one = paper({ arxiv: '2608.00001', title: 'The first of them' })
  const two = paper({ arxiv: '2608.00002', title: 'The second of them' })
  const old = paper({ title: 'One of last week', publishedAt: new Date('2026-08-07T00:00:00Z') })

  test('is listed on the day on which it was first there, and on no other', async () => {
    expect(await see(DAY_1, [one], null)).toMatchObject({ added: 1, listed: 1, earlier: [] })
    expect(await see(DAY_2, [two, one], `${DAY_1}T10:00:00Z`)).toMatchObject({ added: 1, listed: 1 })
    expect(await see(DAY_2, [two, one], `${DAY_2}T10:00:00Z`)).toMatchObject({ added: 0, changed: 0 })
    expect(await daysOf()).toEqual([
      [1, DAY_1],
      [2, DAY_2],
    ])
  })

  test('at the first fetch is listed on its own day', async () => {
    const { listed, added, earlier } = await see(DAY_1, [one, old], null)
    expect({ listed, added, earlier }).toEqual({
      listed: 1,
      added: 2,
      earlier: [{ day: '2026-08-07', papers: 1 }],
    })
  })

  test('is listed today with an old date, if it is new to the source', async () => {
    await see(DAY_1, [one], null)
    expect(await see(DAY_1, [one, old], `${DAY_1}T09:00:00Z`)).toMatchObject({ listed: 2, earlier: [] })
  })

  test('keeps its day if its date changes', async () => {
    await see(DAY_1, [old], null)
    await see(DAY_2, [{ ...old, publishedAt: new Date('2026-08-15T00:00:00Z') }], `${DAY_1}T10:00:00Z`)
    expect(await daysOf()).toEqual([[1, '2026-08-07']])
  })

  test('gets the text that comes later', async () => {
    await see(DAY_1, [{ ...one, abstract: '' }], null)
    expect(await see(DAY_2, [one], `${DAY_1}T10:00:00Z`)).toMatchObject({ changed: 1, listed: 0 })
    expect((await everything()).papers[0]).toMatchObject({ abstract: one.abstract })
  })

  test('is stored if the database rejects the only paper of another day', async () => {
    const rejected = { ...old, version: 2 ** 40 }
    expect(await see(DAY_1, [one, rejected], null)).toMatchObject({ added: 1, rejected: [{}] })
    await expect(see(DAY_2, [rejected], null)).rejects.toMatchObject({ code: 'papers.rejected' })
  })
})
