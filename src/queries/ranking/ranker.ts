import { type Bits, countBits, forEachBit } from '../matching/bits.ts'
import { oldestFirst, type PaperIndex, untilChange } from '../matching/paper-index.ts'
import { toIndexedTerm } from '../matching/phrase-positions.ts'
import { INDEXED_FIELDS_OF } from '../matching/program.ts'
import { isTextLeaf, leavesOf, type Query, type TextLeaf } from '../query.ts'
import { tokensOf, wordKindOf, wordsOfPhrase } from '../text/tokens.ts'
import type { WordCounts } from './latent-space.ts'
import { bm25, isContentWord, type TermWeights } from './tf-idf.ts'

/** Two words that are adjacent in the query and in the paper mean more than both apart. */
const SIDE_BY_SIDE = 0.25
/** A word without a field says little if it is in a name, because many names are also words. */
const IN_NAME = 0.25

/** A mild prior: what a hundred votes add, as a share of the best score. */
const OF_VOTES = 0.1
const MANY_VOTES = Math.log(101)

/** The number of cached weights, at 8 bytes each. A query that needs more keeps them until it is answered. */
const MAX_CACHED = 4_000_000
const MAX_AT_ONCE = 4 * MAX_CACHED
/** Later terms of a long query hardly change the order. */
const MAX_TERMS = 64

const termsOf = (query: Query): WantedTerm[] => wantedTerms(query).slice(0, MAX_TERMS)

/**
 * Ranks the papers that a query matches: BM25 of the wanted terms, plus a small bonus for votes if they are known.
 * Equal scores: newer papers first.
 */
export class Ranker {
  readonly #index: PaperIndex
  readonly #weights = new Map<string, TermWeights>()
  #cachedPostings = 0
  #sums = new Float32Array(0)
  #version = -1

  constructor(index: PaperIndex) {
    this.#index = index
  }

  /** The docIds of papers, best first. Ranking up to `limit` is faster than ranking all. */
  rank(query: Query, matched: Readonly<Bits>, limit = Number.POSITIVE_INFINITY): Uint32Array {
    this.#refresh(MAX_AT_ONCE)
    const terms = termsOf(query).map(({ leaf, share }) => ({ ...this.#weightsOf(leaf), share }))
    for (const { docIds, weights: each, share } of terms) {
      for (let i = 0; i < docIds.length; i++) this.#sums[docIds[i]!]! += each[i]! * share
    }
    const ranked = this.#ordered(matched, limit)
    for (const { docIds } of terms) for (const docId of docIds) this.#sums[docId] = 0
    return ranked
  }

  /** Weights the terms of a query one after the other and caches them for `rank`. */
  *lookUpWeights(query: Query): Generator<void> {
    this.#refresh(MAX_CACHED)
    for (const { leaf } of termsOf(query)) {
      this.#refresh(MAX_AT_ONCE)
      this.#weightsOf(leaf)
      yield
    }
  }

  /** The papers that contain a term, if its weights are cached; otherwise undefined. */
  docIdsWith(leaf: TextLeaf): Uint32Array | undefined {
    return this.#version === this.#index.version ? this.#weights.get(nameOf(leaf))?.docIds : undefined
  }

  #ordered(matched: Readonly<Bits>, limit: number): Uint32Array {
    const found = new Uint32Array(countBits(matched))
    const scores = new Float32Array(found.length)
    const logs = logsOfVotes(this.#index)
    let count = 0
    let best = 0
    forEachBit(matched, (docId) => {
      found[count++] = docId
      best = Math.max(best, this.#sums[docId]!)
    })
    const ofVote = ((best || 1) * OF_VOTES) / MANY_VOTES
    for (let place = 0; place < count; place++)
      scores[place] = this.#sums[found[place]!]! + ofVote * logs[found[place]!]!
    const attributesAt = (place: number) => this.#index.attributes(found[place]!)
    const places = topK(found.length, limit, (a, b) => {
      if (scores[b] !== scores[a]) return scores[b]! - scores[a]!
      return oldestFirst(attributesAt(b), attributesAt(a))
    })
    return Uint32Array.from(places, (place) => found[place]!)
  }

  #weightsOf(leaf: TextLeaf): TermWeights {
    const name = nameOf(leaf)
    const known = this.#weights.get(name)
    if (known) return known
    const term = toIndexedTerm(leaf, this.#index.vocabularies)
    const weights = bm25(this.#index, term, INDEXED_FIELDS_OF[leaf.field])
    this.#cachedPostings += weights.docIds.length
    this.#weights.set(name, weights)
    return weights
  }

  #refresh(limit: number): void {
    if (this.#version === this.#index.version && this.#cachedPostings < limit) return
    this.#version = this.#index.version
    this.#weights.clear()
    this.#cachedPostings = 0
    this.#sums = new Float32Array(this.#index.docCount)
  }
}

/** The logarithms of the votes of each paper, by docId; 0 if they are unknown. */
const logsOfVotes = untilChange((index) =>
  Float64Array.from({ length: index.docCount }, (_, docId) =>
    Math.log(1 + (index.attributes(docId).votes ?? 0)),
  ),
)

const nameOf = ({ field, text }: TextLeaf): string => `${field} ${text}`

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
