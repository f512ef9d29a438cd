import { beforeAll, expect, test } from 'vitest'
import { readConfig } from '../../../src/config/config.ts'
import { stoppedClock } from '../../../src/core/clock.ts'
import type { Deps } from '../../../src/core/deps.ts'
import type { ErrorCode } from '../../../src/core/error-table.ts'
import { silentLog } from '../../../src/core/log.ts'
import { previewTopics } from '../../../src/digests/preview/preview-topics.ts'
import { FEATURES } from '../../../src/features/index.ts'
import { recordListings } from '../../../src/papers/listing.repo.ts'
import { maxPaperId, papersInRange } from '../../../src/papers/paper.repo.ts'
import { parseQuery } from '../../../src/queries/language/parse-query.ts'
import { learnIfDue } from '../../../src/queries/learned/learn.ts'
import { evaluate } from '../../../src/queries/matching/evaluate.ts'
import { toPaperText } from '../../../src/queries/text/tokens.ts'
import { parseDailyPapers } from '../../../src/sources/huggingface/parse-daily-papers.ts'
import { typedTopics } from '../../support/accuracy/people.ts'
import { useDatabase } from '../../support/database.ts'
import { recordedDay, recordedDays } from '../../support/recorded-days.ts'
import { noTestData, testData } from '../../support/test-data.ts'

const database = useDatabase()
const days = recordedDays('daily').slice(-20)
const LAST = days.at(-1)!
const clock = stoppedClock(new Date(`${LAST}T18:00:00Z`))

const deps = (): Deps => ({
  config: readConfig({}),
  clock,
  features: FEATURES,
  log: silentLog,
  db: database.db,
  databaseUrl: database.url,
})

beforeAll(async () => {
  for (const day of days) {
    const { records } = parseDailyPapers(recordedDay('daily', day))
    await recordListings(database.db, { source: 'huggingface', day, records, now: clock.now() })
  }
})

const QUERIES = [
  'agent',
  '"reinforcement learning" -robot',
  'title:model or has:code',
  'votes>=40',
  'xylophone',
]

/** The papers that match any of the queries, one paper at a time. */
async function counted(
  queries: string[],
  from: string,
): Promise<{ total: number; byDay: Map<string, number> }> {
  const upTo = await maxPaperId(database.db)
  const papers = await papersInRange(database.db, { after: 0, upTo, firstDayFrom: from })
  const trees = queries.map(parseQuery)
  const matched = papers.filter((paper) => {
    const text = toPaperText(paper)
    return paper.firstDay <= LAST && trees.some((tree) => evaluate(tree, text) !== null)
  })
  const byDay = Map.groupBy(matched, ({ firstDay }) => firstDay)
  return { total: matched.length, byDay: new Map([...byDay].map(([day, found]) => [day, found.length])) }
}

test('the back-test counts for each day the papers that `evaluate` matches', async () => {
  const { from, to, topics, together } = await previewTopics(deps(), { queries: QUERIES, days: 14 })
  expect(to).toBe(LAST)
  for (const found of [...topics, { query: null, ...together }]) {
    const expected = await counted(found.query === null ? QUERIES : [found.query], from)
    expect(found.total, found.query ?? 'together').toBe(expected.total)
    expect(found.perDay).toHaveLength(14)
    expect(found.perDay.map(({ day }) => day)).toEqual(found.perDay.map(({ day }) => day).toSorted())
    for (const { day, papers } of found.perDay) expect(papers).toBe(expected.byDay.get(day) ?? 0)
  }
  expect(together.total).toBeGreaterThan(0)
})

test('the back-test shows the latest papers newest first, each with the reason and the words marked in its title', async ({
  skip,
}) => {
  if (!testData('huggingface')) skip(noTestData('huggingface'))
  const { topics, together } = await previewTopics(deps(), { queries: ['title:model', 'agent'], latest: 3 })
  const [model] = topics
  expect(model!.understood).toBe('Papers with a title with model')
  expect(model!.latest).toHaveLength(3)
  expect(model!.latest.map(({ day }) => day)).toEqual(
    model!.latest
      .map(({ day }) => day)
      .toSorted()
      .reverse(),
  )
  for (const paper of model!.latest) {
    expect(paper.reason).toEqual({ kind: 'match', found: { title: ['model'] } })
    expect(paper.title.some(({ text, marked }) => marked && /model/i.test(text))).toBe(true)
  }
  expect(together.latest.every(({ reason }) => reason?.kind === 'match')).toBe(true)
})

test('the back-test without a topic counts every paper of the days, without a reason', async () => {
  const { from, topics, together } = await previewTopics(deps(), { queries: [], days: 7 })
  const [{ count }] = await database.db.$queryRaw<[{ count: number }]>`
    select count(*)::int as count from paper where first_day between ${from}::date and ${LAST}::date`
  expect(topics).toEqual([])
  expect(together.total).toBe(count)
  expect(together.perDay).toHaveLength(7)
  expect(together.latest.every(({ reason }) => reason === null)).toBe(true)
})

test('the back-test counts papers of a later fetch only from their day on, and a wider range has more', async () => {
  const [narrow, wide, narrowAgain] = [
    await previewTopics(deps(), { queries: [], days: 1 }),
    await previewTopics(deps(), { queries: [], days: 30 }),
    await previewTopics(deps(), { queries: [], days: 1 }),
  ]
  expect(wide.together.total).toBeGreaterThan(narrow.together.total)
  expect(narrowAgain).toEqual(narrow)
})

test('the back-test has a corrected paper within a minute, a new one at once', async ({ skip }) => {
  if (!testData('huggingface')) skip(noTestData('huggingface'))
  const find = async () => (await previewTopics(deps(), { queries: ['zymurgy'] })).together.total
  expect(await find()).toBe(0)
  const { id } = await database.db.paper.findFirstOrThrow({ where: { firstDay: new Date(LAST) } })
  await database.db.paper.update({ where: { id }, data: { title: 'Zymurgy for Models' } })
  clock.moveTo(new Date(clock.now().getTime() + 60_000))
  expect(await find()).toBe(1)
  const records = [
    { keys: [], title: 'More on zymurgy', abstract: '', authors: [], categories: [], keywords: [] },
  ]
  await recordListings(database.db, { source: 'import', day: LAST, records, now: clock.now() })
  expect(await find()).toBe(2)
})

/** Up to 60 topics that people typed, and some that bring little. */
const PEOPLES = typedTopics()
const TYPED = [
  ...PEOPLES.filter((_, i) => i % Math.ceil(PEOPLES.length / 60) === 0),
  ...[
    '"LLM agents for video games"',
    'LLM agents for video games',
    'zeolite reward models',
    '"agents model"',
  ],
]

test('each offer matches more than its topic, and all that its topic matches', async () => {
  await learnIfDue(deps())
  const ids = async (queries: string[]) =>
    (await previewTopics(deps(), { queries, latest: 10_000 })).topics.map((topic) => ({
      ...topic,
      ids: topic.latest.map(({ id }) => id),
    }))
  let offered = 0
  for (const topic of await ids(TYPED)) {
    expect(topic.offers.length).toBeLessThanOrEqual(3)
    expect(topic.instead.length > 0).toBe(topic.total === 0 && topic.offers.length > 0)
    if (topic.offers.length === 0) continue
    const offers = await ids(topic.offers.map(({ query }) => query))
    offered += offers.length
    for (const [i, offer] of offers.entries()) {
      expect([offer.query, offer.total]).toEqual([topic.offers[i]!.query, topic.offers[i]!.papers])
      expect(offer.total, offer.query).toBeGreaterThan(topic.total)
      expect(offer.ids).toEqual(expect.arrayContaining(topic.ids))
    }
  }
  expect(offered).toBeGreaterThan(5)
})

test('the back-test leaves out offers, terms and close papers if they would take too long', async () => {
  const queries = ['agent', 'xylophone robot']
  const [all, without] = await Promise.all(
    [undefined, 0].map((extrasMs) => previewTopics(deps(), { queries, extrasMs })),
  )
  expect(all!.topics.map(({ nothing }) => nothing !== null)).toEqual([false, true])
  const left = all!.topics.map((topic) => ({
    ...topic,
    ...{ close: null, offers: [], instead: [], terms: [], overlap: [], nothing: null },
  }))
  expect(without!.topics).toEqual(left)
  expect(without!.together).toEqual({ ...all!.together, close: null })
})

test.each<[queries: string[], days: number, code: ErrorCode]>([
  [['agent', '(agent'], 14, 'query.bracket-open'],
  [['-agent'], 14, 'query.only-not'],
  [['agent'], 0, 'preview.days'],
  [['agent'], 31, 'preview.days'],
  [['agent'], 1.5, 'preview.days'],
  [['agent'], Number.NaN, 'preview.days'],
])('%j over %d days is refused with %s', async (queries, count, code) => {
  await expect(previewTopics(deps(), { queries, days: count })).rejects.toMatchObject({ code })
})
