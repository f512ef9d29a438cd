// One size of the bench, in a process of its own: one-size.ts 80000
import { setTimeout } from 'node:timers/promises'
import type { Day } from '../../../src/core/dates.ts'
import type { Paper } from '../../../src/papers/paper.ts'
import { Archive } from '../../../src/queries/archive.ts'
import { PaperIndex, upsertYielding } from '../../../src/queries/matching/paper-index.ts'
import type { Query } from '../../../src/queries/query.ts'
import { closePapers } from '../../../src/queries/ranking/close-papers.ts'
import { topicOf } from '../../../src/queries/ranking/closeness.ts'
import type { LatentSpace } from '../../../src/queries/ranking/latent-space.ts'
import { SpaceLearner } from '../../../src/queries/ranking/learn-space.ts'
import { listedByDay } from '../../../src/queries/ranking/listed-by-day.ts'
import { wordCounts } from '../../../src/queries/ranking/tf-idf.ts'
import { toPaperText } from '../../../src/queries/text/tokens.ts'
import { mean } from '../../support/accuracy/order.ts'
import { typedTrees } from '../../support/accuracy/people.ts'
import { usageOf } from '../../support/usage-of.ts'
import { manyPapers } from '../many-papers.ts'
import { quantile } from '../median.ts'

export interface CloseFigures {
  papers: number
  days: number
  topics: number
  /**
   * Milliseconds of processor time a topic: for the newest day when the topic is new, for the same day again, and for each
   * further day.
   */
  first: number
  again: number
  day: number
  /** Bytes of a paper. */
  vectorBytes: number
  learnMs: number
  /** Topics that enough papers are about, and those with close papers on these days. */
  known: number
  withClose: number
  closePapers: number
  /** Of the scores of a topic, mean over the known topics. */
  mean: number
  p95: number
  max: number
}

const TOPICS = 300
const MAX_DAYS = 14

async function measure(count: number): Promise<CloseFigures> {
  const { archive, ...learned } = await learnedArchive(count)
  const days = [...listedByDay(archive.index).keys()].slice(0, MAX_DAYS)
  const queries = everyNth(typedTrees(), TOPICS)
  const chooseAll = (from: Day) => {
    const began = threadMs()
    const counts = queries.map((query) => closePapers(archive, query, { from }).length)
    return { ms: (threadMs() - began) / queries.length, counts }
  }
  const { ms: first } = chooseAll(days[0]!)
  const { ms: again } = chooseAll(days[0]!)
  const { ms: all, counts } = chooseAll(days.at(-1)!)
  const known = queries.flatMap((query) => scoresOf(archive, query, days))
  return {
    ...{ papers: count, days: days.length, topics: queries.length, ...learned },
    ...{ first, again, day: (all - again) / (days.length - 1) },
    known: known.length,
    withClose: counts.filter((close) => close > 0).length,
    closePapers: counts.reduce((sum, close) => sum + close, 0),
    mean: mean(known.map((scores) => mean(scores))),
    p95: mean(known.map((scores) => quantile(scores, 0.95))),
    max: mean(known.map((scores) => quantile(scores, 1))),
  }
}

/** An archive as a service has it after a learning. */
async function learnedArchive(count: number) {
  const papers = manyPapers({ count, perDay: 1_500, lastDay: '2026-11-24' })
  const index = new PaperIndex()
  await upsertYielding(index, papers)
  const archive = new Archive(index)
  const began = threadMs()
  archive.usage = usageOf(papers)
  const space = learnSpace(papers)
  const learnMs = threadMs() - began
  const before = await arrayBytes()
  archive.computeVectors(space)
  return { archive, learnMs, vectorBytes: ((await arrayBytes()) - before) / count }
}

function learnSpace(papers: readonly Paper[]): LatentSpace {
  const learner = new SpaceLearner()
  for (const paper of papers.toReversed()) learner.add(wordCounts(toPaperText(paper)))
  return learner.learn()
}

/** After a collection of garbage; the memory of arrays is freed a moment later. */
async function arrayBytes(): Promise<number> {
  globalThis.gc!()
  await setTimeout(1000)
  globalThis.gc!()
  return process.memoryUsage().arrayBuffers
}

function threadMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

/** One list, of the scores of all papers of some days; none if the archive does not know the topic. */
function scoresOf(archive: Archive, query: Query, days: readonly Day[]): number[][] {
  const topic = topicOf(archive, query)
  if (!topic?.isKnown) return []
  return [days.flatMap((day) => listedByDay(archive.index).get(day)!.map(topic.closeness))]
}

const everyNth = <T>(list: readonly T[], count: number): T[] =>
  list.filter((_, i) => i % Math.max(1, Math.floor(list.length / count)) === 0).slice(0, count)

console.log(JSON.stringify(await measure(Number(process.argv[2]))))
process.exit(0)
