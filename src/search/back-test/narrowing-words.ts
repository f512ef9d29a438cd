import type { Archive } from '../../queries/archive.ts'
import { isFiller } from '../../queries/language/sentence-words.ts'
import { type Bits, countBits, forEachBit, intersectBits } from '../../queries/matching/bits.ts'
import { GAP } from '../../queries/matching/vocabulary.ts'
import type { Query } from '../../queries/query.ts'
import type { Steps } from '../../queries/steps.ts'
import { tokensOf, wordKeyOf } from '../../queries/text/tokens.ts'
import type { DayWindow } from './day-window.ts'

export interface NarrowingWord {
  /** In its usual spelling. */
  word: string
  /** The number of papers that contain it. */
  papers: number
}

interface Among {
  query: Query
  /** The papers that the query matches. */
  found: Bits
  /** The maximum number of papers to keep. */
  maxPapers: number
}

/** The titles of a sample of papers, spread evenly, represent all of them. */
const SAMPLE = 1200
const SAMPLE_OF_ALL = 3000
const MAX_WORDS = 6
/** A word is too narrow if it leaves less than this share of `maxPapers`. */
const MIN_SHARE = 0.1
const TELLING = /^\p{L}[\p{L}\p{N}]{2,}$/u

/** Words that occur in a suitable number of the papers, those that are rare in other papers first. */
export function* narrowingWords(
  { query, found, maxPapers }: Among,
  window: DayWindow,
): Steps<NarrowingWord[]> {
  const share = maxPapers / Math.max(1, countBits(found))
  const asked = wordsOf(query)
  const here = yield* sampled(found, SAMPLE, window)
  const all = yield* ofAll(window)
  // Prefers words that are frequent here and more frequent than elsewhere: words of the subject, not of all papers.
  const weigh = (key: string, count: number) =>
    count * Math.log((count * all.papers) / (here.papers * (1 + (all.counts.get(key) ?? 0))))
  const telling = [...here.counts]
    .filter(([key, count]) => !asked.has(key) && isBetween(count / here.papers, share) && count > 1)
    .map(([key, count]) => ({ key, weight: weigh(key, count) }))
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .slice(0, MAX_WORDS)
  const words: NarrowingWord[] = []
  for (const { key } of telling) {
    yield
    words.push(heldBy(window.archive.usualSpelling(key), found, window))
  }
  return words.filter(({ papers }) => papers >= maxPapers * MIN_SHARE && papers <= maxPapers)
}

const isBetween = (part: number, share: number): boolean => part >= (share * MIN_SHARE) / 2 && part <= share

function heldBy(word: string, found: Bits, window: DayWindow): NarrowingWord {
  const holding = window.archive.find({ kind: 'word', field: 'any', text: word })
  intersectBits(holding, found)
  return { word, papers: countBits(holding) }
}

/** For each word, by its key, the number of papers with it in the title. */
interface Counted {
  papers: number
  counts: ReadonlyMap<string, number>
}

const sampleCache = new WeakMap<DayWindow, Counted>()

function* ofAll(window: DayWindow): Steps<Counted> {
  const counted = sampleCache.get(window) ?? (yield* sampled(window.listed, SAMPLE_OF_ALL, window))
  sampleCache.set(window, counted)
  return counted
}

const PAPERS_IN_A_STEP = 100

function* sampled(found: Bits, sampleSize: number, { archive }: DayWindow): Steps<Counted> {
  const docIds: number[] = []
  forEachBit(found, (docId) => docIds.push(docId))
  const step = Math.max(1, docIds.length / sampleSize)
  const some = Array.from(
    { length: Math.min(sampleSize, docIds.length) },
    (_, i) => docIds[Math.floor(i * step)]!,
  )
  const counts = new Map<string, number>()
  const keyAt = keysOf(archive)
  for (const [i, docId] of some.entries()) {
    if (i % PAPERS_IN_A_STEP === 0) yield
    const keys = new Set([...archive.index.words(docId).title].map(keyAt).filter((key) => key !== null))
    for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return { papers: some.length, counts }
}

const keys = new WeakMap<Archive, (string | null | undefined)[]>()

/** The key of a word by its id; null for a word that does not describe a subject. Word ids never change. */
function keysOf(archive: Archive): (number: number) => string | null {
  const { prose } = archive.index.vocabularies
  const found = keys.get(archive) ?? []
  keys.set(archive, found)
  return (number) => {
    const before = found[number]
    if (before !== undefined) return before
    const key = number !== GAP && isUsableWord(prose.spelling(number)) ? prose.keyOf(number) : null
    found[number] = key
    return key
  }
}

const isUsableWord = (word: string): boolean => TELLING.test(word) && !isFiller(word)

/** The keys of all words of a query. */
function wordsOf(query: Query): Set<string> {
  if (query.kind === 'not') return wordsOf(query.part)
  if ('parts' in query) return new Set(query.parts.flatMap((part) => [...wordsOf(part)]))
  if (!('text' in query)) return new Set()
  return new Set(tokensOf(query.text).map(({ folded }) => wordKeyOf(folded, 'prose')))
}
