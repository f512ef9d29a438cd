import type { Day } from '../../core/dates.ts'
import { LruCache } from '../../core/lru-cache.ts'
import { type Bits, countIntersection, hasBit, newBits, setBit, unionBits } from '../matching/bits.ts'
import { type PaperIndex, untilChange } from '../matching/paper-index.ts'
import { keyToIndexedTerm } from '../matching/phrase-positions.ts'
import { INDEXED_FIELDS_OF } from '../matching/program.ts'
import { isTextLeaf, type Query, type TextLeaf } from '../query.ts'
import { tokensOf, wordKindOf } from '../text/tokens.ts'
import { listedUpTo } from './listed-by-day.ts'
import { bm25, inverseDocumentFrequency, isContentWord } from './tf-idf.ts'

/** How much of what a query asks for a paper has in title, abstract and keywords, weighed by the rarity of the words. */
export interface Coverage {
  /** The rarity of all words; for an OR, the mean of its parts. */
  all: number
  /** The rarity of the words that a paper has, by docId; for an OR, of the part that it covers best. */
  of(docId: number): number
  /** Papers among which are all whose rarity is at least this, which is above 0. */
  mayReach(least: number): Bits
}

/** In bytes. */
const MAX_CACHED = 32_000_000

const cachedPapers = untilChange(() => new LruCache<string, Bits>(MAX_CACHED, ({ byteLength }) => byteLength))

/**
 * Null for a query without words to cover: names, conditions and what is excluded do not count. The rarity of a word is
 * that among the papers listed up to a day.
 */
export function coverageOf(index: PaperIndex, query: Query, until: Day): Coverage | null {
  if (isTextLeaf(query)) return leafCoverage(index, query, until)
  if (!('parts' in query)) return null
  const parts = query.parts.map((part) => coverageOf(index, part, until)).filter((part) => part !== null)
  if (parts.length < 2) return parts[0] ?? null
  return query.kind === 'or' ? bestOf(parts) : sumOf(parts)
}

function leafCoverage(index: PaperIndex, { field, text }: TextLeaf, until: Day): Coverage | null {
  if (wordKindOf(field) === 'names') return null
  const listed = listedUpTo(index, until)
  const tokens = tokensOf(text).filter(({ folded }) => isContentWord(folded))
  const words = [...new Set(tokens.map(({ key }) => key))].map((key) => {
    const papers = papersWith(index, key)
    return {
      papers,
      rarity: inverseDocumentFrequency(countIntersection(papers, listed.set), listed.docIds.length),
    }
  })
  const all = words.reduce((sum, { rarity }) => sum + rarity, 0)
  if (all === 0) return null
  return {
    all,
    of(docId) {
      let covered = 0
      for (let i = 0; i < words.length; i++) if (hasBit(words[i]!.papers, docId)) covered += words[i]!.rarity
      return covered
    },
    mayReach: (least) =>
      papersReaching(
        words.map(({ papers, rarity }) => [rarity, () => papers]),
        all,
        least,
      ),
  }
}

function sumOf(parts: readonly Coverage[]): Coverage {
  const all = totalOf(parts)
  return {
    all,
    mayReach: (least) =>
      papersReaching(
        parts.map((part) => [part.all, part.mayReach]),
        all,
        least,
      ),
    of(docId) {
      let covered = 0
      for (let i = 0; i < parts.length; i++) covered += parts[i]!.of(docId)
      return covered
    },
  }
}

function bestOf(parts: readonly Coverage[]): Coverage {
  const all = totalOf(parts) / parts.length
  return {
    all,
    of(docId) {
      let best = 0
      for (let i = 0; i < parts.length; i++) best = Math.max(best, parts[i]!.of(docId) / parts[i]!.all)
      return best * all
    },
    mayReach: (least) => unionOf(parts.map((part) => part.mayReach((least / all) * part.all))),
  }
}

/** A part of a sum that the others cannot make up for is in every paper; without such a part, any is enough. */
function papersReaching(
  parts: readonly [all: number, mayReach: (least: number) => Bits][],
  all: number,
  least: number,
): Bits {
  const [largest, mayReach] = parts.reduce((a, b) => (b[0] > a[0] ? b : a))
  const needed = least - (all - largest)
  return needed > 0
    ? mayReach(needed).slice()
    : unionOf(parts.map(([, mayReach]) => mayReach(Number.MIN_VALUE)))
}

function unionOf(sets: readonly Bits[]): Bits {
  const union = sets[0]!.slice()
  for (const set of sets.slice(1)) unionBits(union, set)
  return union
}

const totalOf = (parts: readonly Coverage[]): number => parts.reduce((sum, { all }) => sum + all, 0)

/** The papers with a word in title, abstract or keywords, by its key. */
function papersWith(index: PaperIndex, key: string): Bits {
  const cached = cachedPapers(index)
  const known = cached.get(key)
  if (known) return known
  const papers = newBits(index.docCount)
  const term = keyToIndexedTerm(key, index.vocabularies)
  for (const docId of bm25(index, term, INDEXED_FIELDS_OF.any).docIds) setBit(papers, docId)
  return cached.set(key, papers)
}
