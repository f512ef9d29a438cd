import { beforeAll, describe, expect, test } from 'vitest'
import { readConfig } from '../../../src/config/config.ts'
import { stoppedClock } from '../../../src/core/clock.ts'
import type { Day } from '../../../src/core/dates.ts'
import type { Deps } from '../../../src/core/deps.ts'
import { silentLog } from '../../../src/core/log.ts'
import { previewTopics } from '../../../src/digests/preview/preview-topics.ts'
import { FEATURES } from '../../../src/features/index.ts'
import { words } from '../../../src/i18n/words.ts'
import { explainQuery } from '../../../src/operator/operations/queries.ts'
import { recordListings } from '../../../src/papers/listing.repo.ts'
import { papersInRange } from '../../../src/papers/paper.repo.ts'
import { listPapers, searchPapers } from '../../../src/search/search-papers.ts'
import type { ListingKind } from '../../../src/sources/source.ts'
import { useDatabase } from '../../support/database.ts'
import { arxivKey, sampleRecord } from '../../support/sample-record.ts'

// Of four papers on attention one is listed as new, one was long ago, and two are known only by newer versions.

const database = useDatabase()
const TODAY = '2026-11-24'

const deps = (): Deps => ({
  config: readConfig({}),
  clock: stoppedClock(new Date(`${TODAY}T18:00:00Z`)),
  features: FEATURES,
  log: silentLog,
  db: database.db,
  databaseUrl: database.url,
})

const list = (day: Day, kind: ListingKind, value: string, title: string) =>
  recordListings(database.db, {
    source: 'arxiv:cs',
    day,
    now: new Date(`${day}T05:00:00Z`),
    records: [sampleRecord({ kind, keys: [arxivKey(value)], title })],
  })

const [OLD, NEW, VERSION, OTHER] = ['2609.00001', '2611.00002', '2301.00003', '2302.00004']

beforeAll(async () => {
  await list('2026-09-01', 'new', OLD!, 'Old attention')
  await list('2026-11-23', 'new', NEW!, 'New attention')
  await list('2026-11-23', 'revised', VERSION!, 'Attention once more')
  await list(TODAY, 'revised', OTHER!, 'Attention for zeolites')
  await list(TODAY, 'revised', OLD!, 'Old attention')
})

const names = (papers: { arxivId: string | null }[]) => papers.map(({ arxivId }) => arxivId)
const search = async (query?: string, day?: Day) =>
  names((await searchPapers(deps(), { query, day, limit: 9 })).found.map(({ paper }) => paper))

describe('the list of the newest', () => {
  test.each([
    ['of all', undefined, undefined, [NEW, OLD]],
    ['of words', 'attention', undefined, [NEW, OLD]],
    ['of newer versions', 'is:revised', undefined, [OTHER, VERSION, OLD]],
    ['of newer versions or words', 'is:revised or new', undefined, [OTHER, VERSION, NEW, OLD]],
    ['of a day', undefined, TODAY, []],
    ['of newer versions of a day', 'is:revised', TODAY, [OTHER, OLD]],
  ])('%s', async (_what, query, day, expected) => {
    expect(await search(query, day)).toEqual(expected)
  })

  test('continues after papers that are left out', async () => {
    const { found, next } = await searchPapers(deps(), { limit: 1 })
    expect(names(found.map(({ paper }) => paper))).toEqual([NEW])
    const rest = await searchPapers(deps(), { limit: 1, after: next! })
    expect([names(rest.found.map(({ paper }) => paper)), rest.next]).toEqual([[OLD], null])
  })
})

test.each([
  [undefined, []],
  ['attention', []],
  ['is:revised', [OLD, OTHER]],
])('a day lists newer versions for a query that asks for them: %s', async (query, expected) => {
  expect(names(await listPapers(deps(), { day: TODAY, query }))).toEqual(expected)
})

test('a range of ids has newer versions if their days are given', async () => {
  const range = { after: 0, upTo: 99, firstDayFrom: '2026-11-20' }
  expect(names(await papersInRange(database.db, range))).toEqual([NEW])
  const asked = await papersInRange(database.db, { ...range, orRevisedFrom: '2026-11-20' })
  expect(names(asked)).toEqual([OLD, NEW, VERSION, OTHER])
})

describe('a back-test', () => {
  const tested = (queries: string[], days = 14) => previewTopics(deps(), { queries, days })

  test('counts newer versions only for the query that asks for them, each on its day', async () => {
    const { topics, together } = await tested(['attention', 'is:revised'])
    expect(topics.map(({ total }) => total)).toEqual([1, 3])
    expect(topics[1]!.perDay.filter(({ papers }) => papers > 0)).toEqual([
      { day: '2026-11-23', papers: 1 },
      { day: TODAY, papers: 2 },
    ])
    expect(topics[1]!.latest.map(({ path }) => path)).toEqual([
      `/papers/${OTHER}`,
      `/papers/${OLD}`,
      `/papers/${VERSION}`,
    ])
    expect(together.total).toBe(4)
  })

  test('without a query counts none', async () => {
    expect((await tested([])).together.total).toBe(1)
  })

  test('covers only the given days', async () => {
    await tested(['is:revised'], 30)
    expect((await tested(['is:revised'], 1)).topics[0]!.total).toBe(2)
  })
})

describe('a preview that found nothing', () => {
  const nothingOf = async (query: string) =>
    (await previewTopics(deps(), { queries: [query] })).topics[0]!.nothing

  test('does not count newer versions, nor offer them', async () => {
    const nothing = await nothingOf('zeolites attention')
    expect(nothing).toMatchObject({
      absent: ['zeolites'],
      without: { part: 'zeolites', papers: 1, isUnwanted: false },
    })
  })

  test('does so for a query that asks for them', async () => {
    const nothing = await nothingOf('zeolites is:revised old')
    expect(nothing).toMatchObject({ absent: [], without: { papers: 1 } })
  })
})

describe('a paper explained against a query', () => {
  const LACKS = words.reason.onlyRevised
  test.each([
    ['attention', [LACKS]],
    ['attention quantum', [LACKS, 'quantum']],
    ['attention quantum is:revised', ['quantum']],
    ['attention is:revised', []],
  ])('%s lacks %j', async (query, missing) => {
    const explained = await explainQuery(deps(), { query, paper: VERSION! })
    expect(explained).toMatchObject({ matched: missing.length === 0, missing, unwanted: [] })
  })
})
