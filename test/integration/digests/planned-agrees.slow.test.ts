import { EventEmitter } from 'node:events'
import { beforeEach, expect, test } from 'vitest'
import { openTrial } from '../../../src/account/open-topic.ts'
import { stoppedClock } from '../../../src/core/clock.ts'
import { addDays, type Day, daysIn } from '../../../src/core/dates.ts'
import type { DigestContent } from '../../../src/digests/digest-content.ts'
import { previewTopics } from '../../../src/digests/preview/preview-topics.ts'
import type { TopicPreview } from '../../../src/digests/preview/shown-topics.ts'
import { recordListings } from '../../../src/papers/listing.repo.ts'
import { learnIfDue } from '../../../src/queries/learned/learn.ts'
import { openArchive } from '../../../src/search/open-archive.ts'
import { rankPapers } from '../../../src/search/rank-papers.ts'
import { signLink } from '../../../src/subscribers/links.ts'
import { type LearnedTopic, learnedTopic, saveLearnedTopic } from '../../../src/subscribers/vote.repo.ts'
import { randomFrom } from '../../battery/bench/seeded-random.ts'
import { runCommand } from '../../support/commands.ts'
import { useDigestWorld } from '../../support/digest-world.ts'
import { addSubjectPapers, wordOf } from '../../support/subject-papers.ts'

const world = useDigestWorld()

const FIRST: Day = '2026-11-24'
const EARLIER = daysIn({ from: addDays(FIRST, -6), to: FIRST })
const DAYS = daysIn({ from: addDays(FIRST, 1), to: addDays(FIRST, 2) })
const LAST = DAYS.at(-1)!
const TOPICS = [
  `${wordOf('motor', 0)} ${wordOf('motor', 1)}`,
  `${wordOf('tissue', 2)} ${wordOf('tissue', 3)} author:Byron`,
  `(${wordOf('opera', 5)} ${wordOf('opera', 6)}) OR (${wordOf('lens', 5)} ${wordOf('lens', 6)})`,
  `"${wordOf('harvest', 7)} ${wordOf('harvest', 8)}" -${wordOf('harvest', 9)}`,
]
const MAX_CLOSE = 3

let random: () => number
beforeEach(async () => {
  random = randomFrom(1)
  for (const day of EARLIER) await addSubjectPapers(world.db, day, random)
})

const depsAt = (day: Day) => ({ ...world.deps, clock: stoppedClock(new Date(`${day}T08:05:00Z`)) })

/** A subscriber who confirmed on the first day, wants papers that come close, and has room for them beside all matches. */
async function addSubscriber(
  id: string,
  { topics = TOPICS, days }: { topics?: string[]; days?: string[] } = {},
): Promise<void> {
  const confirmedAt = `${FIRST}T07:00:00Z`
  await world.addSubscriber(id, { topics, max: 25, confirmedAt, days })
  await world.db.subscriber.update({ where: { id }, data: { related: true } })
}

/** The closest papers of all topics by `queries rank`, without those that match one of them. */
async function closeByRank(from: Day, to: Day): Promise<number[]> {
  const ranked = (
    await Promise.all(TOPICS.map((query) => rankPapers(depsAt(to), { query, from, to })))
  ).flat()
  const matches = new Set(ranked.filter(({ matched }) => matched).map(({ paper }) => paper.id))
  const close = ranked.filter(({ related, paper }) => related && !matches.has(paper.id))
  const ids = close.toSorted((a, b) => b.score - a.score).map(({ paper }) => paper.id)
  return [...new Set(ids)].slice(0, MAX_CLOSE)
}

/** In no order: sections may be in the order of the topics. */
const sorted = (ids: readonly number[]): number[] => ids.toSorted((a, b) => a - b)

const closeIn = (content: DigestContent | null | undefined): number[] =>
  sorted(
    (content?.sections ?? [])
      .filter(({ close }) => close)
      .flatMap(({ papers }) => papers.map(({ id }) => id)),
  )

/** By `digests preview`. */
async function digestBy(day: Day, id: string): Promise<DigestContent | null> {
  const { json } = await runCommand(depsAt(day), ['digests', 'preview', `${id}@reader.example`])
  return (json as { content: DigestContent | null }).content
}

const closeInDigest = async (day: Day, id: string): Promise<number[]> =>
  closeIn((await world.digestsOf(id))[day]?.content)

/** Adds and learns from a day's papers, then plans. `digests preview` has shown the same papers. */
async function passDay(day: Day, ids: readonly string[]): Promise<void> {
  await addSubjectPapers(world.db, day, random)
  await learnIfDue(depsAt(day))
  const previews = new Map<string, number[]>()
  for (const id of ids) previews.set(id, closeIn(await digestBy(day, id)))
  await world.plan(`${day}T08:05:00Z`)
  for (const id of ids) {
    await world.end(id, day, 'accepted')
    expect([day, id, await closeInDigest(day, id)]).toEqual([day, id, previews.get(id)])
  }
}

test('a daily digest has the papers that `queries rank` chooses from its days', async () => {
  await addSubscriber('ann')
  for (const day of DAYS) {
    await passDay(day, ['ann'])
    const expected = await closeByRank(day === DAYS[0] ? FIRST : day, day)
    expect(expected).toHaveLength(MAX_CLOSE)
    expect([day, await closeInDigest(day, 'ann')]).toEqual([day, sorted(expected)])
  }
})

test('a digest of several days has the papers that `queries rank` chooses, weekly or late', async () => {
  await addSubscriber('weekly', { days: ['thu'] })
  for (const day of DAYS.slice(0, -1)) await passDay(day, [])
  await addSubscriber('late')
  await passDay(LAST, ['weekly', 'late'])
  const expected = sorted(await closeByRank(FIRST, LAST))
  expect(expected).toHaveLength(MAX_CLOSE)
  expect(await closeInDigest(LAST, 'weekly')).toEqual(expected)
  expect(await closeInDigest(LAST, 'late')).toEqual(expected)
})

const firstOf = (topic: TopicPreview | null | undefined) =>
  topic?.close?.papers.slice(0, MAX_CLOSE).map(({ id }) => id)

test('previews for visitors and for subscribers have the nearest misses of the last 30 days', async () => {
  await addSubscriber('ann')
  await learnIfDue(depsAt(FIRST))
  const deps = depsAt(FIRST)
  const link = { purpose: 'manage', id: 'ann', epoch: 0, issuedAt: deps.clock.now() } as const
  const token = signLink(link, deps.config.APP_SECRET[0]!)
  const searcher = { ip: '192.0.2.1', socket: new EventEmitter() }
  const topics = await world.db.topic.findMany({ orderBy: { position: 'asc' } })
  for (const [i, query] of TOPICS.entries()) {
    const ranked = await rankPapers(deps, { query, from: addDays(FIRST, -29), to: FIRST })
    const expected = ranked.filter(({ related }) => related).map(({ paper }) => paper.id)
    expect(expected.length).toBeGreaterThan(0)
    const shown = expected.slice(0, MAX_CLOSE)
    const { topics: previewed } = await previewTopics(deps, { queries: [query] })
    expect(firstOf(previewed[0])).toEqual(shown)
    const asked = { token, topicId: topics[i]!.id, paper: '', tried: null, searcher }
    const opened = await openTrial(deps, asked)
    const own = opened.topic && opened.trial.outcome!.preview.topics[0]
    expect(firstOf(own)).toEqual(shown)
  }
})

test.each<[string, Partial<LearnedTopic>]>([
  ['fewer near misses', { step: -3 }],
  ['more near misses', { step: 2, votedStep: 1 }],
  ['phrases of papers', { phrases: new Map([[wordOf('motor', 12), 1]]), usual: 0.2 }],
])('a digest and its previews apply what votes taught: %s', async (_, learned) => {
  const topic = TOPICS[0]!
  await addSubscriber('ann', { topics: [topic] })
  const deps = depsAt(FIRST)
  await learnIfDue(deps)
  await openArchive(deps, { withVectors: true })
  const idsIn = (content: DigestContent | null | undefined) =>
    content?.sections.map(({ papers }) => papers.map(({ id }) => id))
  const { id } = (await world.db.topic.findFirst())!
  const before = await digestBy(FIRST, 'ann')
  await saveLearnedTopic(world.db, id, learned)
  const planned = idsIn(await digestBy(FIRST, 'ann'))
  expect(planned).not.toEqual(idsIn(before))
  const asked = { digest: true, most: 25, learned: (await learnedTopic(world.db, id))! }
  const own = await previewTopics(deps, { ...asked, queries: [topic] })
  expect(idsIn(own.digest?.content)).toEqual(planned)
  const link = { purpose: 'manage', id: 'ann', epoch: 0, issuedAt: deps.clock.now() } as const
  const token = signLink(link, deps.config.APP_SECRET[0]!)
  const searcher = { ip: '192.0.2.1', socket: new EventEmitter() }
  const opened = await openTrial(deps, { token, topicId: id, paper: '', tried: null, searcher })
  expect(opened.topic && idsIn(opened.trial.outcome!.preview.digest?.content)).toEqual(planned)
  const others = [{ name: topic, query: topic, learned: asked.learned }]
  const other = await previewTopics(deps, { ...asked, queries: ['unobtainium'], others })
  expect(idsIn(other.digest?.content)).toEqual(planned)
})

test('the digest of a preview has the same near misses, also if another topic is previewed', async () => {
  const record = (day: Day, titles: string[]) => {
    const records = titles.map((title, i) => ({
      ...{ title: `${title} ${wordOf('motor', i)} ${i}`, abstract: wordOf('motor', i + 5) },
      ...{ authors: [], categories: [], keywords: [], keys: [] },
    }))
    return recordListings(world.db, { source: 'huggingface', day, records, now: depsAt(day).clock.now() })
  }
  const topic = 'zymurgic bubbles'
  await record(EARLIER[0]!, [topic, topic])
  await record(FIRST, ['zymurgic'])
  // Few papers yet, so the digest is of the day before; but only with them, the archive has enough on the topic.
  const today = addDays(FIRST, 1)
  await record(today, Array(20).fill(topic))
  const deps = depsAt(today)
  await learnIfDue(deps)
  await openArchive(deps, { withVectors: true })
  const asked = { digest: true, days: 7, most: 25 }
  const previewed = await previewTopics(deps, { ...asked, queries: [topic] })
  const others = [{ name: topic, query: topic }]
  const other = await previewTopics(deps, { ...asked, queries: ['unobtainium'], others })
  expect(previewed.digest?.day).toBe(FIRST)
  expect(closeIn(previewed.digest?.content)).toHaveLength(1)
  expect(closeIn(other.digest?.content)).toEqual(closeIn(previewed.digest?.content))
})
