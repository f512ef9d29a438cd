import type { Day } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { papersById } from '../papers/paper.repo.ts'
import type { Paper } from '../papers/paper.ts'
import type { Archive } from '../queries/archive.ts'
import { parseQuery } from '../queries/language/parse-query.ts'
import { type Bits, forEachBit, hasBit, newBits } from '../queries/matching/bits.ts'
import { asMeaning } from '../queries/meaning/meaning-of.ts'
import { isTextLeaf, leavesOf, type Query } from '../queries/query.ts'
import type { WordCounts } from '../queries/ranking/latent-space.ts'
import { standardized } from '../queries/ranking/similarity.ts'
import { isContentWord } from '../queries/ranking/tf-idf.ts'
import { tokensOf, wordKindOf } from '../queries/text/tokens.ts'
import { openArchive } from './open-archive.ts'

/** The least cosine similarity of a related paper. */
const MIN_RELATED = 0.35
/** The weight of the space beside the words, which are few. */
const SPACE_WEIGHT = 2
/** In standard deviations. */
const BELOW_ALL = 1000

interface Rank {
  /** Comparable within one result. */
  score: number
  matched: boolean
  /** Does not match, but is near in the learned space. */
  related: boolean
}

/** Every paper first listed on the days, both included, best first for a query. Throws query.*. */
export async function rankPapers(
  deps: Deps,
  { query, from, to }: { query: string; from: Day; to: Day },
): Promise<(Rank & { paper: Paper })[]> {
  const tree = parseQuery(query)
  const archive = await openArchive(deps, { from, withVectors: true })
  const ranked = rankAll(archive, tree, archive.withinDays(archive.all(), { from, to }))
  const ids = ranked.map(({ id }) => id)
  const papers = await papersById(deps.db, ids, { withWithdrawn: false })
  const byId = new Map(papers.map((paper) => [paper.id, paper]))
  return ranked.flatMap(({ id, ...rank }) => {
    const paper = byId.get(id)
    return paper ? [{ paper, ...rank }] : []
  })
}

/**
 * The papers of a set, best first, whether they match or not: BM25 of the query's words plus twice the cosine similarity
 * in the learned space, each in standard deviations from its mean over all papers. Papers with a part that the query
 * excludes are last.
 */
export function rankAll(archive: Archive, query: Query, among: Bits): (Rank & { id: number })[] {
  const { live } = archive.index
  const scores = standardized(archive.wordScores(query), live)
  const cosines = archive.cosinesTo(wordsOf(archive.wantedWords(query)))
  const nearness = cosines && standardized(cosines, live)
  const matches = archive.find(query)
  const parts = excludedParts(archive.meaningOf(query))
  const excluded = parts.length > 0 ? archive.find(asMeaning({ kind: 'or', parts })) : newBits(0)
  const ranked: (Rank & { id: number })[] = []
  forEachBit(among, (docId) => {
    const matched = hasBit(matches, docId)
    const isExcluded = hasBit(excluded, docId)
    const related = !matched && !isExcluded && (cosines?.[docId] ?? 0) >= MIN_RELATED
    const score = scores[docId]! + SPACE_WEIGHT * (nearness?.[docId] ?? 0) - (isExcluded ? BELOW_ALL : 0)
    ranked.push({ id: archive.index.attributes(docId).id, score, matched, related })
  })
  return ranked.sort((a, b) => b.score - a.score || b.id - a.id)
}

/** The content words of a query, each once. Names are no words. */
function wordsOf(query: Query): WordCounts {
  const texts = leavesOf(query)
    .filter(isTextLeaf)
    .filter(({ field }) => wordKindOf(field) === 'prose')
  const tokens = texts.flatMap(({ text }) => tokensOf(text)).filter(({ folded }) => isContentWord(folded))
  return new Map(tokens.map(({ key }) => [key, 1]))
}

const excludedParts = (query: Query): Query[] =>
  (query.kind === 'and' ? query.parts : []).flatMap((part) => (part.kind === 'not' ? [part.part] : []))
