import { addDays, dayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import { LruCache } from '../core/lru-cache.ts'
import { memoizeByObject } from '../core/memoize.ts'
import { paperByName, papersById } from '../papers/paper.repo.ts'
import type { Paper } from '../papers/paper.ts'
import type { Archive } from '../queries/archive.ts'
import { untilChange } from '../queries/matching/paper-index.ts'
import { type ProposedTopic, proposeTopic } from '../queries/ranking/propose-topic.ts'
import { cosineTo, wordCounts } from '../queries/ranking/tf-idf.ts'
import { toPaperText } from '../queries/text/tokens.ts'
import { inSearchThread } from './in-search-thread.ts'
import { isReadingArchive, MAX_DAYS, openArchive, openAvailableArchive } from './open-archive.ts'

export interface SimilarPapers {
  /** The most similar papers first; only papers about the same subject. */
  papers: Paper[]
  /** A topic that matches similar papers, and how many it would have matched in the last `MAX_DAYS` days. */
  topic: ProposedTopic | null
  /** Whether older papers are still being read into memory, so that these may not be all. */
  isReading: boolean
}

const MAX_PAPERS = 8
/** How many similar papers determine the phrases of the topic. */
const MAX_ASKED = 30
/** The minimum cosine similarity: below it, two papers share only words of their field. */
const MIN_LIKENESS = 0.1
/** A visitor may open every paper, one after the other. */
const MAX_CACHED = 1000

/** The papers similar to one, which may itself be older than those in memory. Empty while the first batch is read. */
export const similarPapers = inSearchThread(import.meta.url, 'similarPapers', similarHere)

async function similarHere(deps: Deps, paper: Paper): Promise<SimilarPapers> {
  const archive = await openAvailableArchive(deps)
  const isReading = isReadingArchive(deps)
  // Do not await until the result is cached: the archive may change.
  const cache = similarOf(archive.index)(archive.vectors ?? archive.usage)
  const known = cache.get(paper.id) ?? findSimilar(archive, paper, dayOf(deps.clock.now()))
  cache.set(paper.id, known)
  const papers = await papersById(deps.db, known.ids, { withWithdrawn: false })
  return { papers, topic: known.topic, isReading }
}

interface SimilarIds {
  ids: number[]
  topic: ProposedTopic | null
}

function findSimilar(archive: Archive, paper: Paper, today: string): SimilarIds {
  const text = toPaperText(paper)
  const vector = archive.vectorOfText(text)
  const similar = archive
    .similarTo(wordCounts(text), { most: MAX_ASKED, except: [paper.id] })
    .map(({ id }) => id)
  const days = { from: addDays(today, 1 - MAX_DAYS), to: today }
  return {
    ids: similar
      .slice(0, MAX_PAPERS)
      .filter((id) => cosineTo(archive.index, archive.index.docIdOf(id)!, vector) >= MIN_LIKENESS),
    topic: proposeTopic(archive, text, { similarIds: similar, days }),
  }
}

/** Results for papers that visitors open, until a paper changes or the models are learned again. */
const similarOf = untilChange(() =>
  memoizeByObject((_models: object) => new LruCache<number, SimilarIds>(MAX_CACHED)),
)

interface ScoredPaper {
  paper: Paper
  /** Comparable within one result. */
  score: number
}

/** The `limit` papers of the whole archive that are most similar to one, best first. Throws paper.unknown. */
export const papersLike = inSearchThread(import.meta.url, 'papersLike', papersLikeHere)

async function papersLikeHere(
  deps: Deps,
  { name, limit }: { name: string; limit: number },
): Promise<ScoredPaper[]> {
  const paper = await paperByName(deps.db, name)
  if (!paper) throw new Fault('paper.unknown', { name: name.slice(0, 100) })
  const archive = await openArchive(deps, { withVectors: true })
  const similar = archive.similarTo(wordCounts(toPaperText(paper)), { most: limit, except: [paper.id] })
  const scores = new Map(similar.map(({ id, score }) => [id, score]))
  const papers = await papersById(deps.db, [...scores.keys()], { withWithdrawn: false })
  return papers.map((one) => ({ paper: one, score: scores.get(one.id)! }))
}
