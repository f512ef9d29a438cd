import { forEachBit } from '../matching/bits.ts'
import type { PaperIndex } from '../matching/paper-index.ts'
import type { WordCounts } from './latent-space.ts'
import { topK } from './ranker.ts'
import { inverseDocumentFrequency } from './tf-idf.ts'

export interface SimilarPaper {
  id: number
  score: number
}

export interface Nearest {
  most: number
  /** Ids of papers to leave out. */
  except?: readonly number[]
}

/** The papers with the highest scores, by docId. Equal scores: newer papers first. */
export function bestPapers(
  index: PaperIndex,
  scores: Float32Array,
  { most, except, above }: { most: number; except: readonly number[]; above: (score: number) => boolean },
): SimilarPaper[] {
  const docIds: number[] = []
  forEachBit(index.live, (docId) => {
    if (!above(scores[docId]!)) return
    const { id, onlyRevised } = index.attributes(docId)
    if (!onlyRevised && !except.includes(id)) docIds.push(docId)
  })
  const idAt = (place: number) => index.attributes(docIds[place]!).id
  const scoreAt = (place: number) => scores[docIds[place]!]!
  const better = (a: number, b: number) => scoreAt(b) - scoreAt(a) || idAt(b) - idAt(a)
  return topK(docIds.length, most, better).map((place) => ({ id: idAt(place), score: scoreAt(place) }))
}

/** The limit of postings read for similar papers. Only a large archive has more, for words that say little. */
const MAX_POSTINGS = 200_000

/** The words that weigh most, as long as the total of the papers that contain them is not too large. */
export function strongestCounts(
  counts: WordCounts,
  documentFrequency: (key: string) => number,
  docCount: number,
): [key: string, count: number][] {
  const weighed = Array.from(counts, ([key, count]) => {
    const papers = documentFrequency(key)
    return { key, count, papers, weight: count * inverseDocumentFrequency(papers, docCount) }
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
