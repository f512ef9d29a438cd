import { beforeEach, expect, test } from 'vitest'
import { stoppedClock } from '../../../src/core/clock.ts'
import { addDays, type Day, daysIn } from '../../../src/core/dates.ts'
import { openCandidatePool } from '../../../src/digests/candidates.repo.ts'
import { recipientOf } from '../../../src/digests/digest.repo.ts'
import { previewTopics } from '../../../src/digests/preview/preview-topics.ts'
import { learnIfDue } from '../../../src/queries/learned/learn.ts'
import { MIN_CLOSENESS } from '../../../src/queries/ranking/closeness.ts'
import { feedPapers } from '../../../src/search/feed-papers.ts'
import { openArchive } from '../../../src/search/open-archive.ts'
import { rankPapers } from '../../../src/search/rank-papers.ts'
import { randomFrom } from '../../battery/bench/seeded-random.ts'
import { runCommand } from '../../support/commands.ts'
import { useDigestWorld } from '../../support/digest-world.ts'
import { addSubjectPapers, wordOf } from '../../support/subject-papers.ts'

const world = useDigestWorld()

const LAST: Day = '2026-11-24'
const DAYS = daysIn({ from: addDays(LAST, -6), to: LAST })

const depsAt = (day: Day) => ({ ...world.deps, clock: stoppedClock(new Date(`${day}T12:00:00Z`)) })

const TOPICS = [
  `${wordOf('motor', 0)} ${wordOf('motor', 1)}`,
  `${wordOf('tissue', 2)} ${wordOf('tissue', 3)} author:Byron`,
  `(${wordOf('opera', 5)} ${wordOf('opera', 6)}) OR (${wordOf('lens', 5)} ${wordOf('lens', 6)})`,
  `"${wordOf('harvest', 7)} ${wordOf('harvest', 8)}" -${wordOf('harvest', 9)}`,
  'unobtainium motor',
]

beforeEach(async () => {
  const random = randomFrom(1)
  for (const day of DAYS) await addSubjectPapers(world.db, day, random)
  await learnIfDue(depsAt(LAST))
})

test('digests, previews and `queries rank` choose the same papers, in the same order', async () => {
  await world.addSubscriber('ann', { topics: TOPICS })
  await world.db.subscriber.update({ where: { id: 'ann' }, data: { related: true } })
  const { topics } = (await recipientOf(world.db, 'ann'))!
  const pool = await openCandidatePool(depsAt(LAST), { since: DAYS[0]!, upTo: 2 ** 31 - 1 })
  await pool.loadQueries(world.db, topics)
  const { papers, rank, ranked, closeTo } = pool.openPage()
  await rank(
    topics.map(({ queryId }) => ({ queryId, near: { from: DAYS[0]!, least: MIN_CLOSENESS, graded: [] } })),
  )
  const counts: number[] = []
  let matches = 0
  for (const { query = '', queryId } of topics) {
    const planned = closeTo(queryId, DAYS[0]!).map(({ docId }) => papers[docId]!.id)
    counts.push(planned.length)
    const all = await rankPapers(depsAt(LAST), { query, from: DAYS[0]!, to: LAST })
    const idsOf = (some: typeof all) => some.map(({ paper }) => paper.id)
    expect([query, planned]).toEqual([query, idsOf(all.filter((one) => one.related))])
    const inOrder = Array.from(ranked(queryId).docIds, (docId) => papers[docId]!.id)
    expect([query, inOrder]).toEqual([query, idsOf(all.filter(({ matched }) => matched))])
    matches += inOrder.length
    for (const day of DAYS) {
      const { topics: previewed } = await previewTopics(depsAt(day), { queries: [query], days: 1 })
      const chosen = await chosenFrom(query, { from: day, to: day })
      const { total, perDay, papers } = previewed[0]!.close!
      expect([query, total, perDay, papers.map(({ id }) => id)]).toEqual([
        query,
        Math.min(3, chosen.length),
        [Math.min(3, chosen.length)],
        chosen.slice(0, 3),
      ])
    }
  }
  expect(matches).toBeGreaterThan(3)
  expect(counts.map((count) => count > 1)).toEqual([true, true, true, true, false])
})

test('a subscriber without related papers gets the matches of a day in the same order', async () => {
  const queries = (['motor', 'tissue', 'lens'] as const).flatMap((subject) =>
    [0, 3, 6].map((word) => `${wordOf(subject, word)} OR ${wordOf(subject, word + 1)}`),
  )
  await world.addSubscriber('ann', { topics: queries })
  await world.db.subscriber.update({ where: { id: 'ann' }, data: { related: false } })
  const { topics } = (await recipientOf(world.db, 'ann'))!
  const pool = await openCandidatePool(depsAt(LAST), { since: LAST, upTo: 2 ** 31 - 1 })
  await pool.loadQueries(world.db, topics)
  const { papers, rank, ranked } = pool.openPage()
  await rank(topics)
  for (const { query = '', queryId } of topics) {
    const all = await rankPapers(depsAt(LAST), { query, from: LAST, to: LAST })
    const expected = all.filter(({ matched }) => matched).map(({ paper }) => paper.id)
    expect(expected.length).toBeGreaterThan(1)
    const planned = Array.from(ranked(queryId).docIds, (docId) => papers[docId]!.id)
    expect([query, planned]).toEqual([query, expected])
  }
})

/** Ids of the related papers that `queries rank` chooses, the closest first. */
async function chosenFrom(query: string, days: { from: Day; to: Day }): Promise<number[]> {
  const ranked = await rankPapers(depsAt(LAST), { query, ...days })
  return ranked.filter((one) => one.related).map(({ paper }) => paper.id)
}

test('papers of later days do not change the near misses of a day', async () => {
  const rankLast = async () => {
    const days = { from: LAST, to: LAST }
    const ranked = await Promise.all(TOPICS.map((query) => rankPapers(depsAt(LAST), { query, ...days })))
    return ranked.flat().map(({ paper, ...rank }) => ({ id: paper.id, ...rank }))
  }
  const before = await rankLast()
  expect(before.filter(({ related }) => related).length).toBeGreaterThan(3)
  const random = randomFrom(2)
  for (const day of daysIn({ from: addDays(LAST, 1), to: addDays(LAST, 3) }))
    await addSubjectPapers(world.db, day, random)
  expect(await rankLast()).toEqual(before)
})

test('a preview counts up to three near misses a day', async () => {
  await openArchive(depsAt(LAST), { withVectors: true })
  const input = { queries: TOPICS, days: DAYS.length }
  const { topics } = await previewTopics(depsAt(LAST), input)
  for (const { query, close } of topics) {
    const ranked = await rankPapers(depsAt(LAST), { query, from: DAYS[0]!, to: LAST })
    const related = ranked.filter((one) => one.related)
    const perDay = DAYS.map((day) => related.filter(({ paper }) => paper.firstDay === day).length)
    const expected = perDay.map((count) => Math.min(3, count))
    expect([query, close!.perDay]).toEqual([query, expected])
    expect(close!.total).toBe(expected.reduce((sum, count) => sum + count, 0))
  }
  expect((await previewTopics(depsAt(LAST), { ...input, close: false })).together.close!.total).toBe(0)
})

test('the feed of a query marks the three nearest misses of each day', async () => {
  await openArchive(depsAt(LAST), { withVectors: true })
  const counts: number[] = []
  for (const query of TOPICS) {
    const ranked = await rankPapers(depsAt(LAST), { query, from: DAYS[0]!, to: LAST })
    const related = ranked.filter((one) => one.related).map(({ paper }) => paper)
    const expected = DAYS.flatMap((day) => related.filter(({ firstDay }) => firstDay === day).slice(0, 3))
    const { found } = await feedPapers(depsAt(LAST), { query })
    const marked = found.filter((one) => 'shown' in one).map(({ paper }) => paper)
    expect([query, sortedIds(marked)]).toEqual([query, sortedIds(expected)])
    const matching = found.filter((one) => !('shown' in one)).map(({ paper }) => paper)
    const matched = ranked.filter((one) => one.matched).map(({ paper }) => paper)
    expect([query, sortedIds(matching)]).toEqual([query, sortedIds(matched)])
    counts.push(marked.length)
  }
  expect(counts.filter((count) => count > 1).length).toBe(4)
})

const sortedIds = (papers: readonly { id: number }[]): number[] =>
  papers.map(({ id }) => id).sort((a, b) => a - b)

test('`queries rank` reports an archive with too few papers about a topic', async () => {
  const said = 'The archive has too few papers about this topic, so none counts as close.'
  const known = await runCommand(depsAt(LAST), ['queries', 'rank', TOPICS[0]!, '--days', '7'])
  expect(known.text).not.toContain(said)
  const unknown = await runCommand(depsAt(LAST), ['queries', 'rank', 'unobtainium', '--days', '7'])
  expect(unknown.text!.split('\n').at(-1)).toBe(said)
  expect(Object.keys((unknown.json as object[])[0]!)).toEqual([
    'id',
    'score',
    'matched',
    'related',
    'threshold',
  ])
})

test('`queries rank` lists what matches first, then by closeness, with the threshold of related papers', async () => {
  const { json, text } = await runCommand(depsAt(LAST), ['queries', 'rank', TOPICS[0]!, '--days', '7'])
  const rows = json as { score: number; matched: boolean; related: boolean; threshold: number }[]
  const order = rows.map(({ matched, score }) => Number(matched) + score)
  expect(order).toEqual(order.toSorted((a, b) => b - a))
  expect(rows.every(({ score }) => score >= 0 && score <= 1)).toBe(true)
  const related = rows.filter((row) => row.related)
  expect(related.length).toBeGreaterThan(3)
  expect(related.every(({ matched, score, threshold }) => !matched && score >= threshold)).toBe(true)
  expect(rows[0]!.threshold).toBe(0.5)
  expect(text!.split('\n').at(-1)).toMatch(/ 0\.50 or more, .*one in 25 papers of a day/)
})
