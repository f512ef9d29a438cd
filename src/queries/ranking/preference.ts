import { LruCache } from '../../core/lru-cache.ts'
import { memoizeByObject } from '../../core/memoize.ts'
import type { Archive, DayBounds } from '../archive.ts'
import { type Bits, forEachBit, hasBit, newBits, setBit } from '../matching/bits.ts'
import { untilChange } from '../matching/paper-index.ts'
import { contentKeys, type Usage } from '../meaning/usage.ts'
import type { Query } from '../query.ts'
import { nearPapersByDay } from './close-papers.ts'
import { phraseKey } from './paper-phrases.ts'
import { papersWith } from './phrase-papers.ts'
import { strongestWords, type Vector } from './tf-idf.ts'

/** What a subscriber said about a paper under a topic. */
export interface Vote {
  kind: 'more' | 'less'
  /** The phrases that they meant, with weights, of unit length. */
  phrases: Vector
  /** From 0 to 1; a new vote has 1. */
  weight: number
  /** The paper came close to the topic without matching it. */
  close: boolean
}

/** What votes under a topic taught. */
export interface Profile {
  /** Phrases with weights, strongest first, of unit length; below 0 for "less like this". */
  phrases: Vector
  /** How much these prefer the topic's papers in the mean. */
  usual: number
}

/** The share by which a vote counts less each day. */
const DECAY = 0.001

/** The weight of a vote of that age. */
export const voteWeight = (days: number): number => Math.exp(-DECAY * Math.max(0, days))

const MAX_PHRASES = 100
/** How much "less" counts beside "more": what is unwanted differs more from paper to paper than what is wanted. */
const OF_LESS = 0.25

/**
 * The phrases of wanted papers, above 0, and of unwanted ones, below 0. A phrase that both have counts by the difference.
 * The text in the first vote stands for all spellings. Empty without votes, or if every phrase was removed.
 */
export function learnPhrases(votes: readonly Vote[], removed: Iterable<string>): Vector {
  const isRemoved = new Set(Array.from(removed, phraseKey))
  const byKey = new Map<string, { text: string; weight: number }>()
  for (const { kind, phrases, weight } of votes)
    for (const [text, ofPhrase] of phrases) {
      const key = phraseKey(text)
      if (isRemoved.has(key)) continue
      const known = byKey.get(key) ?? { text, weight: 0 }
      known.weight += (kind === 'more' ? 1 : -OF_LESS) * weight * ofPhrase
      byKey.set(key, known)
    }
  return strongestWords(
    new Map(Array.from(byKey.values(), ({ text, weight }) => [text, weight])),
    MAX_PHRASES,
  )
}

/** A profile of phrases for a topic: what is usual is the mean of its matches and of the papers near it on some days. */
export function profileFor(
  archive: Archive,
  { query, phrases, days }: { query: Query; phrases: Vector; days: DayBounds },
): Profile {
  if (phrases.size === 0) return { phrases, usual: 0 }
  const preference = preferenceOf(archive, { phrases, usual: 0 })
  const near = nearPapersByDay(archive, query, days)
  const docIds = near.flatMap(({ papers }) => papers.map(({ docId }) => docId))
  forEachBit(archive.withinDays(archive.find(query), days), (docId) => docIds.push(docId))
  const sum = docIds.reduce((sum, docId) => sum + preference(docId), 0)
  return { phrases, usual: sum / Math.max(1, docIds.length) }
}

/** The weight of the phrases themselves beside the learned space, in which papers that say it in other words are near. */
const OF_PHRASES = 0.25

/**
 * How much a profile prefers a paper, by docId, relative to the topic's usual paper; some -0.5 to 0.5. Only its phrases
 * act: those that the paper contains, and the nearness of their words in the learned space if there is one.
 */
export function preferenceOf(archive: Archive, { phrases, usual }: Profile): (docId: number) => number {
  // A topic often has no paper to score, so its phrases are looked up for the first one.
  let parts: ReturnType<typeof partsOf> | undefined
  return (docId) => {
    parts ??= partsOf(archive, phrases)
    return OF_PHRASES * parts.contained(docId) + parts.nearness(docId) - usual
  }
}

function partsOf(archive: Archive, phrases: Vector) {
  const all = Array.from(phrases, ([text, weight]) => ({ ...knownPhrase(archive, text), weight }))
  const ofWords = new Map<string, number>()
  for (const { keys, weight } of all)
    for (const key of keys) ofWords.set(key, (ofWords.get(key) ?? 0) + weight)
  const contained = (docId: number) => {
    let sum = 0
    for (let i = 0; i < all.length; i++) if (hasBit(all[i]!.papers, docId)) sum += all[i]!.weight
    return sum
  }
  return { contained, nearness: archive.nearnessTo(ofWords) }
}

interface KnownPhrase {
  papers: Bits
  keys: readonly string[]
}

/** In bytes; a phrase has some more than its papers. */
const [MAX_KEPT, OF_PHRASE] = [32_000_000, 500]

const keptPhrases = untilChange(() =>
  memoizeByObject(
    (_usage: Usage) =>
      new LruCache<string, KnownPhrase>(MAX_KEPT, ({ papers }) => papers.byteLength + OF_PHRASE),
  ),
)

/** Many subscribers vote for the same phrases: kept until the papers, or how they use words, change. */
function knownPhrase(archive: Archive, text: string): KnownPhrase {
  const kept = keptPhrases(archive.index)(archive.usage)
  const known = kept.get(text)
  if (known) return known
  const papers = newBits(archive.index.docCount)
  for (const docId of papersWith(archive, text, [])) setBit(papers, docId)
  return kept.set(text, { papers, keys: contentKeys(text) })
}

/** So many more votes of one kind than of the other, on papers that come close, move the threshold of their topic. */
const VOTES_PER_STEP = 3

/** What votes say about how close papers must be: a step of close-papers.ts. */
export function votedStep(votes: readonly Pick<Vote, 'kind' | 'close'>[]): -1 | 0 | 1 {
  const close = votes.filter((vote) => vote.close)
  const surplus = 2 * close.filter(({ kind }) => kind === 'more').length - close.length
  if (Math.abs(surplus) < VOTES_PER_STEP) return 0
  return surplus > 0 ? 1 : -1
}
