import { type Bits, countBits, forEachBit } from '../matching/bits.ts'
import { oldestFirst, type PaperIndex, untilChange } from '../matching/paper-index.ts'
import { toIndexedTerm } from '../matching/phrase-positions.ts'
import { INDEXED_FIELDS_OF } from '../matching/program.ts'
import { isTextLeaf, leavesOf, type Query, type TextLeaf } from '../query.ts'
import { tokensOf, wordKindOf, wordsOfPhrase } from '../text/tokens.ts'
import type { WordCounts } from './latent-space.ts'
import { bm25, isContentWord } from './tf-idf.ts'

/** Two words that are adjacent in the query and in the paper mean more than both apart. */
const SIDE_BY_SIDE = 0.25
/** A word without a field says little if it is in a name, because many names are also words. */
const IN_NAME = 0.25

/** A mild prior: what a hundred votes add, as a share of the best score. */
const OF_VOTES = 0.1
const MANY_VOTES = Math.log(101)
/** Later terms of a long query hardly change the order. */
const MAX_TERMS = 64

/**
 * Up to `limit` of the papers that a query matches, by docId, best first: BM25 of the wanted terms, plus a small bonus for
 * votes if they are known. Equal scores: newer papers first.
 */
export function rankByWords(
  index: PaperIndex,
  query: Query,
  matched: Readonly<Bits>,
  limit = Number.POSITIVE_INFINITY,
): Uint32Array {
  const scores = scoresOf(index, query)
  const found = docIdsOf(matched)
  const logs = logsOfVotes(index)
  const best = found.reduce((most, docId) => Math.max(most, scores[docId]!), 0)
  const ofVote = ((best || 1) * OF_VOTES) / MANY_VOTES
  for (const docId of found) scores[docId]! += ofVote * logs[docId]!
  return bestFirst(index, found, scores, limit)
}

/** BM25 of the wanted terms, by docId. */
function scoresOf(index: PaperIndex, query: Query): Float32Array {
  const scores = new Float32Array(index.docCount)
  for (const { leaf, share } of wantedTerms(query).slice(0, MAX_TERMS)) {
    const term = toIndexedTerm(leaf, index.vocabularies)
    const { docIds, weights } = bm25(index, term, INDEXED_FIELDS_OF[leaf.field])
    for (let i = 0; i < docIds.length; i++) scores[docIds[i]!]! += weights[i]! * share
  }
  return scores
}

export function docIdsOf(papers: Readonly<Bits>): Uint32Array {
  const docIds = new Uint32Array(countBits(papers))
  let count = 0
  forEachBit(papers, (docId) => {
    docIds[count++] = docId
  })
  return docIds
}

/** The docIds with the highest of `scores`, which are by docId. Equal scores: newer papers first. */
export function bestFirst(
  index: PaperIndex,
  docIds: Uint32Array,
  scores: Float32Array,
  limit = Number.POSITIVE_INFINITY,
): Uint32Array {
  const places = topK(docIds.length, limit, (a, b) => {
    const [one, other] = [docIds[a]!, docIds[b]!]
    return scores[other]! - scores[one]! || oldestFirst(index.attributes(other), index.attributes(one))
  })
  return Uint32Array.from(places, (place) => docIds[place]!)
}

/** The logarithms of the votes of each paper, by docId; 0 if they are unknown. */
const logsOfVotes = untilChange((index) =>
  Float64Array.from({ length: index.docCount }, (_, docId) =>
    Math.log(1 + (index.attributes(docId).votes ?? 0)),
  ),
)

/** How many more items than needed are collected before they are sorted. */
const SPARE = 200

/** The first `k` of `count` items, identified by numbers from 0, in the order of `compare`. Does not sort the rest. */
export function topK(count: number, k: number, compare: (a: number, b: number) => number): number[] {
  const best: number[] = []
  let worst: number | undefined
  for (let i = 0; i < count; i++) {
    if (worst !== undefined && compare(i, worst) > 0) continue
    best.push(i)
    if (best.length < k + SPARE) continue
    best.sort(compare).length = k
    worst = best[k - 1]
  }
  return best.sort(compare).slice(0, k)
}

/** A term that improves a paper's rank, and the share of its weight that it adds. */
interface WantedTerm {
  leaf: TextLeaf
  share: number
  /** Another form of a term: only the whole counts. */
  isForm?: true
}

/** The terms that a query wants, each once: terms that are not under a NOT, and adjacent words also as phrases. */
function wantedTerms(query: Query): WantedTerm[] {
  const terms = new Map<string, WantedTerm>()
  const want = (leaf: TextLeaf, share: number, isForm?: true) => {
    const name = `${leaf.field} ${leaf.text}`.toLowerCase()
    if (!terms.has(name)) terms.set(name, { leaf, share, isForm })
  }
  const visit = (node: Query): void => {
    if (isTextLeaf(node)) want(node, 1)
    if (!('parts' in node)) return
    const [typed, ...others] = node.parts
    if (node.kind === 'or' && node.also) {
      visit(typed!)
      for (const form of others.filter(isTextLeaf)) want(form, isName(form) ? IN_NAME : 1, true)
      return
    }
    for (const part of node.parts) visit(part)
    if (node.kind !== 'or') for (const { leaf, share } of pairsOf(node.parts)) want(leaf, share)
  }
  visit(query)
  return [...terms.values()]
}

const isName = ({ field }: TextLeaf): boolean => wordKindOf(field) === 'names'

/** A term as typed, then its other forms. */
const formsOf = (part: Query): TextLeaf[] =>
  (part.kind === 'or' && part.also ? part.parts : [part]).filter(isTextLeaf)

function pairsOf(parts: readonly Query[]): WantedTerm[] {
  return parts.slice(1).flatMap((second, i) => {
    const firsts = formsOf(parts[i]!)
    const seconds = formsOf(second)
    // Two names in a query are two people.
    if (firsts[0] && isName(firsts[0])) return []
    return firsts.flatMap((one) => {
      const other = seconds.find(({ field }) => field === one.field)
      return other ? pairOf(one, other, isName(one) ? IN_NAME : SIDE_BY_SIDE) : []
    })
  })
}

function pairOf(first: TextLeaf, second: TextLeaf, share: number): WantedTerm[] {
  if (first.kind !== 'word' || second.kind !== 'word' || first.field !== second.field) return []
  return [{ leaf: { kind: 'phrase', field: first.field, text: `${first.text} ${second.text}` }, share }]
}

/** The terms that a query wants, and the single words of its phrases; names stay whole. */
export function wantedWords(query: Query): TextLeaf[] {
  const leaves = wantedTerms(query).filter(({ share }) => share === 1)
  return leaves.flatMap(({ leaf, isForm }) => (isForm ? [leaf] : [leaf, ...wordsOfPhrase(leaf)]))
}

/** The content words of a query, each once. Names are no words. */
export function contentWordsOf(query: Query): WordCounts {
  const texts = leavesOf(query)
    .filter(isTextLeaf)
    .filter(({ field }) => wordKindOf(field) === 'prose')
  const tokens = texts.flatMap(({ text }) => tokensOf(text)).filter(({ folded }) => isContentWord(folded))
  return new Map(tokens.map(({ key }) => [key, 1]))
}

/** The parts that a query excludes as a whole. */
export const excludedParts = (query: Query): Query[] =>
  (query.kind === 'and' ? query.parts : []).flatMap((part) => (part.kind === 'not' ? [part.part] : []))
