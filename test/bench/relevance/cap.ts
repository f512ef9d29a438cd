import { PaperSelector } from '../../../src/digests/select-papers.ts'
import { table } from '../../../src/operator/operations/text-table.ts'
import type { Paper } from '../../../src/papers/paper.ts'
import type { Archive } from '../../../src/queries/archive.ts'
import { parseQuery } from '../../../src/queries/language/parse-query.ts'
import { topicOf as topicIn } from '../../../src/queries/ranking/closeness.ts'
import { rankMatches } from '../../../src/queries/ranking/rank-matches.ts'
import { randomFrom } from '../../battery/bench/seeded-random.ts'
import { mean } from '../../support/accuracy/order.ts'
import { gradeIn, type Need } from './needs.ts'

const CAP = 10
const [SUBSCRIBERS, TOPICS] = [1000, 5]

interface CappedOrder {
  needs: string
  /** How many of the subscribers have more papers than fit. */
  subscribers: number
  /** nDCG@10 of what an email with room for ten holds, best first across topics and in turn. */
  best: number
  roundRobin: number
}

/** Subscribers who follow five of the needs, drawn by a fixed seed, get the papers of all labelled days at once. */
export function measureCap(
  archive: Archive,
  needs: readonly Need[],
  labelled: readonly Paper[],
): CappedOrder[] {
  const topics = needs.map((need) => topicOf(archive, need, labelled))
  const halves: [string, Topic[]][] = [
    ['chosen on', topics.filter((_, i) => i % 2 === 0)],
    ['reported', topics.filter((_, i) => i % 2 === 1)],
    ['all', topics],
  ]
  return halves.map(([name, some]) => {
    const random = randomFrom(1)
    const selector = new PaperSelector(archive.index.docCount)
    const draw = () =>
      some
        .map((topic) => ({ topic, at: random() }))
        .sort((a, b) => a.at - b.at)
        .slice(0, TOPICS)
        .map(({ topic }) => topic)
    const results = Array.from({ length: SUBSCRIBERS }, () => emailOf(selector, draw())).filter(
      (one) => one !== null,
    )
    return {
      needs: name,
      subscribers: results.length,
      best: mean(results.map(({ best }) => best)),
      roundRobin: mean(results.map(({ roundRobin }) => roundRobin)),
    }
  })
}

export const capText = (orders: readonly CappedOrder[]): string =>
  table(
    ['room for ten papers', 'subscribers', 'best first', 'round robin (nDCG@10)'],
    orders.map(({ needs, subscribers, best, roundRobin }) => [
      ...[needs, subscribers, best.toFixed(3), roundRobin.toFixed(3)],
    ]),
  )

interface Topic {
  /** Best first. */
  docIds: number[]
  scoreOf: ((docId: number) => number) | null
  gradeOf(docId: number): number
}

function topicOf(archive: Archive, need: Need, labelled: readonly Paper[]): Topic {
  const query = parseQuery(need.typed)
  const byDocId = new Map(labelled.map((paper) => [archive.index.docIdOf(paper.id)!, paper]))
  const inArchive = topicIn(archive, query)
  const { docIds } = rankMatches(archive, query, { matches: archive.find(query), topic: inArchive })
  return {
    docIds: [...docIds].filter((docId) => byDocId.has(docId)),
    scoreOf: inArchive?.closeness ?? null,
    gradeOf: (docId) => gradeIn(need, byDocId.get(docId)!),
  }
}

function emailOf(selector: PaperSelector, topics: readonly Topic[]) {
  const offered = new Set(topics.flatMap(({ docIds }) => docIds))
  if (offered.size <= CAP) return null
  const gradeOf = (docId: number) => Math.max(...topics.map((topic) => topic.gradeOf(docId)))
  const gain = (docIds: Iterable<number>) =>
    [...docIds]
      .map(gradeOf)
      .sort((a, b) => b - a)
      .slice(0, CAP)
      .reduce((sum, grade, place) => sum + (2 ** grade - 1) / Math.log2(place + 2), 0)
  const ideal = gain(offered)
  const gainWith = (scoreOf: (topic: number, docId: number) => number | null) => {
    const { sections } = selector.select({ topics: topics.map(({ docIds }) => docIds), cap: CAP, scoreOf })
    return ideal === 0 ? 1 : gain(sections.flatMap(({ papers }) => papers.map(({ docId }) => docId))) / ideal
  }
  return {
    best: gainWith((topic, docId) => topics[topic]!.scoreOf?.(docId) ?? null),
    roundRobin: gainWith(() => null),
  }
}
