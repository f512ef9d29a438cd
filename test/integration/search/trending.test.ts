import { beforeEach, expect, test } from 'vitest'
import { stoppedClock } from '../../../src/core/clock.ts'
import { DAY_MS } from '../../../src/core/dates.ts'
import { recordListings } from '../../../src/papers/listing.repo.ts'
import { FIRST_PAGE, loadTrendingList } from '../../../src/search/load-paper-list.ts'
import { parseDailyPapers } from '../../../src/sources/huggingface/parse-daily-papers.ts'
import type { SourceRecord } from '../../../src/sources/source.ts'
import { emptyTables, useDatabase } from '../../support/database.ts'
import { recordedDay, recordedDays } from '../../support/recorded-days.ts'
import { sampleRecord } from '../../support/sample-record.ts'

const database = useDatabase()
beforeEach(() => emptyTables(database.db))

const list = (records: SourceRecord[], at: string, day = at.slice(0, 10)) =>
  recordListings(database.db, { source: 'huggingface', day, records, now: new Date(at) })

const voted = (votes: Record<string, number>) =>
  Object.entries(votes).map(([title, votes]) => sampleRecord({ title, votes }))

async function trending(now: string, choice = {}) {
  const deps = { db: database.db, clock: stoppedClock(new Date(now)) }
  return loadTrendingList(deps, { ...FIRST_PAGE, ...choice })
}

const titles = async (now: string) => (await trending(now)).papers.map(({ title }) => title)

test('trending puts a paper that gained votes above one that has more and gained none', async () => {
  await list(voted({ Settled: 50, Rising: 10 }), '2026-11-16T12:00:00Z')
  expect(await titles('2026-11-16T12:00:00Z')).toEqual(['Settled', 'Rising'])
  await list(voted({ Settled: 50, Rising: 45 }), '2026-11-20T12:00:00Z', '2026-11-16')
  expect(await titles('2026-11-20T12:00:00Z')).toEqual(['Rising'])
})

test('trending orders papers by the votes gained in two days, from the start of the day of the listing', async () => {
  await list(voted({ Old: 90 }), '2026-11-18T10:00:00Z')
  await list(voted({ Yesterday: 20 }), '2026-11-19T10:00:00Z')
  await list(voted({ New: 11 }), '2026-11-20T10:00:00Z')
  await list(voted({ Old: 102 }), '2026-11-20T10:00:00Z', '2026-11-18')
  const { papers, gains, mostVotes } = await trending('2026-11-20T12:00:00Z')
  expect(papers.map(({ id, title }) => [title, gains!.byPaper.get(id)])).toEqual([
    ['Yesterday', 20],
    ['Old', 12],
    ['New', 11],
  ])
  expect([gains!.days, mostVotes]).toEqual([2, 20])
  await list(voted({ New: 9 }), '2026-11-20T11:00:00Z')
  // A count that fell takes nothing back.
  expect(await titles('2026-11-20T12:00:00Z')).toEqual(['Yesterday', 'Old', 'New'])
})

test.each([
  ['2026-11-20', 'Friday', 2],
  ['2026-11-21', 'Saturday', 3],
  ['2026-11-22', 'Sunday', 4],
  ['2026-11-23', 'Monday', 4],
  ['2026-11-24', 'Tuesday', 2],
])(
  'trending on %s, a %s, counts the votes of the last two weekdays: of %i days',
  async (day, _name, days) => {
    await list(voted({ New: 1 }), `${day}T10:00:00Z`)
    expect((await trending(`${day}T12:00:00Z`)).gains!.days).toBe(days)
  },
)

test('trending counts two weeks if no paper gained votes lately, and an import of old days for those days', async () => {
  await list(voted({ Now: 1 }), '2026-11-20T10:00:00Z')
  await list(voted({ Imported: 900 }), '2026-11-20T10:00:00Z', '2026-10-01')
  expect(await titles('2026-11-20T12:00:00Z')).toEqual(['Now'])
  const last = await trending('2026-12-03T12:00:00Z')
  expect([last.papers.map(({ title }) => title), last.gains!.days]).toEqual([['Now'], 14])
  expect(await titles('2026-12-04T00:00:00Z')).toEqual([])
})

test('trending leaves out papers without votes, withdrawn ones, and those known only by newer versions', async () => {
  await list(
    [
      sampleRecord({ title: 'Silent' }),
      sampleRecord({ title: 'Zero', votes: 0 }),
      sampleRecord({ title: 'Gone', votes: 9, withdrawnAt: new Date('2026-11-20T00:00:00Z') }),
      sampleRecord({ title: 'Revised', votes: 9, kind: 'revised' }),
      sampleRecord({ title: 'Shown', votes: 1 }),
      sampleRecord({ title: 'With code', votes: 1, codeUrl: 'https://github.com/a/b' }),
    ],
    '2026-11-20T10:00:00Z',
  )
  expect(await titles('2026-11-20T12:00:00Z')).toEqual(['With code', 'Shown'])
  const filtered = await trending('2026-11-20T12:00:00Z', { withCode: true })
  expect([filtered.counts, filtered.papers.length]).toEqual([{ papers: 2, withCode: 1 }, 1])
  await expect(trending('2026-11-20T12:00:00Z', { page: 2 })).rejects.toMatchObject({
    code: 'page.not-found',
  })
})

// Recorded in the morning and again later: real gains.
test.each(recordedDays('later-same-day'))(
  'trending ranks the largest gain above papers that gained none: %s',
  async (day) => {
    const votesOf = (records: SourceRecord[]) =>
      new Map(records.map(({ keys, votes }) => [keys[0]!.value, votes ?? 0]))
    const [morning, later] = (['daily', 'later-same-day'] as const).map((folder) =>
      parseDailyPapers(recordedDay(folder, day)).records.filter(({ withdrawnAt }) => !withdrawnAt),
    )
    const [before, after] = [votesOf(morning!), votesOf(later!)]
    const gained = (id: string) => after.get(id)! - before.get(id)!
    const both = [...after.keys()].filter((id) => before.has(id)).sort((a, b) => gained(b) - gained(a))
    // Six days pass, so that the first votes no longer count.
    await list(morning!, `${day}T07:00:00Z`)
    const seen = new Date(Date.parse(`${day}T07:00:00Z`) + 6 * DAY_MS).toISOString()
    await list(later!, seen, day)
    const order = [1, 2].map((page) => trending(seen, { page }).catch(() => null))
    const ranked = (await Promise.all(order)).flatMap(
      (one) => one?.papers.map(({ arxivId }) => arxivId) ?? [],
    )
    const most = both[0]!
    const overtaken = both.filter((id) => gained(id) <= 0 && ranked.includes(id))
    expect(gained(most)).toBeGreaterThan(0)
    for (const id of overtaken) expect(ranked.indexOf(id), id).not.toBeLessThan(ranked.indexOf(most))
  },
)
