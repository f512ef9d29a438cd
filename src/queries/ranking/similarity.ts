import { hasBit } from '../matching/bits.ts'
import type { PaperIndex } from '../matching/paper-index.ts'
import type { WordCounts } from './latent-space.ts'
import { topK } from './ranker.ts'
import { bm25OfKey, emptyTally, inverseDocumentFrequency } from './tf-idf.ts'

export interface SimilarPaper {
  id: number
  score: number
}

export interface Nearest {
  most: number
  /** Ids of papers to leave out. */
  except?: readonly number[]
}

/** How many papers are compared with a text, and how many for each of the papers wanted. */
const MAX_COMPARED = 300
const COMPARED_PER_PAPER = 3
/** What papers without these words share if too few have them: then all are compared. */
const NEARLY_NOTHING = 1e-30

/** The papers that share the words of a text that weigh most, by docId, to be compared with it. */
export function likeliestDocs(index: PaperIndex, text: WordCounts, { most, except = [] }: Nearest): number[] {
  const words = strongestCounts(index, text).map(([key, count]) => ({
    count,
    ...bm25OfKey(index, key),
  }))
  const tally = emptyTally(index)
  for (const { count, docIds, weights } of words)
    for (let i = 0; i < docIds.length; i++) tally.add(docIds[i]!, count * weights[i]!)
  const count = Math.max(MAX_COMPARED, COMPARED_PER_PAPER * most) + except.length
  if (tally.size < count)
    for (let docId = 0; docId < index.docCount; docId++) tally.add(docId, NEARLY_NOTHING)
  const { docIds, counts } = tally.take()
  const places = topK(docIds.length, count, (a, b) => counts[b]! - counts[a]! || docIds[b]! - docIds[a]!)
  return places
    .map((place) => docIds[place]!)
    .filter((docId) => {
      const { id, onlyRevised } = index.attributes(docId)
      return hasBit(index.live, docId) && !onlyRevised && !except.includes(id)
    })
}

/** The papers with the highest scores above 0. Equal scores: newer papers first. */
export function bestPapers(
  index: PaperIndex,
  docIds: readonly number[],
  scoreOf: (docId: number) => number,
  most: number,
): SimilarPaper[] {
  return docIds
    .map((docId) => ({ id: index.attributes(docId).id, score: scoreOf(docId) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || b.id - a.id)
    .slice(0, most)
}

/** The limit of postings read for similar papers. */
const MAX_POSTINGS = 10_000

/** The words that weigh most, as long as the total of the papers that contain them is not too large. */
function strongestCounts(index: PaperIndex, counts: WordCounts): [key: string, count: number][] {
  const weighed = Array.from(counts, ([key, count]) => {
    const papers = index.frequencies.ofKey(key)
    return { key, count, papers, weight: count * inverseDocumentFrequency(papers, index.docCount) }
  })
  let room = MAX_POSTINGS
  return weighed
    .sort((a, b) => b.weight - a.weight)
    .flatMap(({ key, count, papers }, i) => {
      if (i > 0 && papers > room) return []
      room -= papers
      return [[key, count]]
    })
}

const SAMPLE = 128

/** Numbers by docId, in standard deviations from the mean of up to 128 that are evenly spread over the index. */
export function standardizedBySample(
  numberOf: (docId: number) => number,
  docCount: number,
): (docId: number) => number {
  const every = Math.max(1, docCount / SAMPLE)
  const sample = Array.from({ length: Math.min(SAMPLE, docCount) }, (_, i) => numberOf(Math.floor(i * every)))
  const count = Math.max(1, sample.length)
  const mean = sample.reduce((sum, number) => sum + number, 0) / count
  const variance = sample.reduce((sum, number) => sum + (number - mean) ** 2, 0) / count
  const deviation = Math.sqrt(variance) || 1
  return (docId) => (numberOf(docId) - mean) / deviation
}
