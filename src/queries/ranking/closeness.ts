import type { Day } from '../../core/dates.ts'
import { LruCache } from '../../core/lru-cache.ts'
import { memoizeByObject } from '../../core/memoize.ts'
import type { Archive } from '../archive.ts'
import { hasBit, unionBits } from '../matching/bits.ts'
import { asMeaning } from '../meaning/meaning-of.ts'
import { isTextLeaf, leavesOf, type Query, type TextField } from '../query.ts'
import { wordKindOf } from '../text/tokens.ts'
import { type Coverage, coverageOf } from './coverage.ts'
import { listedUpTo, newestListed } from './listed-by-day.ts'
import type { PaperVectors } from './paper-vectors.ts'
import { contentWordsOf } from './ranker.ts'

/** From here on a paper is close. The best value is between 0.44 and 0.52 for archives of 300 to 7,400 papers. */
export const MIN_CLOSENESS = 0.5
/** The exponent of the words, of 1 in all. With 0, the space may carry a paper by itself; with a half, one rare word may. */
const OF_WORDS = 0.25
/** Examples of a topic are papers that match it, or have this share of its rarity: all but the commonest word of three. */
const EXAMPLE_SHARE = 0.67
/** With fewer examples, their mean says little: topics that no paper is about have at most two. */
const MIN_EXAMPLES = 3
/** The nearest examples, whose mean is the topic beside its words. 5 to 80 give the same result. */
const MAX_EXAMPLES = 20
/** The newest examples, of which the nearest are taken: topics change, and a common word has thousands. */
const MAX_EXAMINED = 500
/** The newest papers, among which examples are sought. */
const MAX_READ = 20_000
/** How near the examples must be, relative to the nearest of all: else the topic is made of words of other subjects. */
const MIN_NEARNESS = 0.7
/** The newest papers, among which the nearest of all are found. */
const NEWEST = 5000
/** A paper that has the words but no direction of its own still counts a little. */
const MIN_WEIGHT = 0.01

/** What a query is about, in an archive. */
export interface Topic {
  /** Whether the archive has enough papers about it to say what is close. If not, closeness is only an order. */
  readonly isKnown: boolean
  /** Whether the learned space knows words of it. If not, closeness counts only words. */
  isPlaced: boolean
  /** How close a paper comes to it, from 0 to 1, by docId. */
  closeness(docId: number): number
  /** The closeness that counts if the topic is known. Whether it is takes longer to find out, and is left out. */
  closenessIfKnown(docId: number): number
}

/** The place of a topic in the space, and the papers that say so. */
interface Profile {
  /** Of its words, of length 1; null without a space, or if the space knows none of them. */
  direction: Float32Array | null
  /** Null if there are too few. */
  examples: Examples | null
  /** Whether there are enough, and they are as near as papers about a topic are. Compares the newest papers once. */
  isKnown(): boolean
}

interface Examples {
  /** By docId. */
  weights: ReadonlyMap<number, number>
  /** The weighted sum of their vectors. */
  sum: Float32Array
}

/**
 * What a query is about: closeness is words^¼ × space^¾. `words`: the share of the query's words, weighed by rarity, that
 * the paper contains. `space`: its mean cosine similarity to the query's words and to the papers that contain them, in
 * the learned space. Neither makes a paper close by itself. Papers listed after `until` say nothing about it. Null for a
 * query without words.
 */
export function topicOf(archive: Archive, query: Query, until?: Day): Topic | null {
  const about = subjectOf(archive.meaningOf(query))
  const last = newestListed(archive.index, until) ?? ''
  const coverage = coverageOf(archive.index, about, last)
  if (!coverage) return null
  const profile = profileOf(archive, { about, coverage, last })
  const { direction, examples } = profile
  const mayBeKnown = isInPapers(archive, about)
  const withSpace = (examples: Examples | null) => {
    const ofSpace = nearnessOf(archive.vectors, direction, examples)
    return (docId: number) => {
      const ofWords = coverage.of(docId) / coverage.all
      return ofWords === 0 ? 0 : ofWords ** OF_WORDS * ofSpace(docId) ** (1 - OF_WORDS)
    }
  }
  let closeness: Topic['closeness'] | undefined
  return {
    get isKnown() {
      return mayBeKnown && profile.isKnown()
    },
    isPlaced: direction !== null,
    closeness(docId) {
      closeness ??= withSpace(profile.isKnown() ? examples : null)
      return closeness(docId)
    },
    closenessIfKnown: mayBeKnown && examples ? withSpace(examples) : () => 0,
  }
}

/** What a meaning is about, without conditions. A meaning of conditions only is about their words. */
const subjectOf = memoizeByObject((meaning: Query): Query => {
  const { about } = splitMeaning(meaning)
  return about.length > 0 ? asMeaning({ kind: 'and', parts: about }) : meaning
})

/** Whether papers have what a subject asks for in quotes: "generation z" is not about any generation. */
function isInPapers(archive: Archive, part: Query): boolean {
  if (part.kind === 'or') return part.parts.some((one) => isInPapers(archive, one))
  if ('parts' in part) return part.parts.every((one) => isInPapers(archive, one))
  if (!isTextLeaf(part) || wordKindOf(part.field) === 'names') return false
  const isQuoted = part.kind === 'phrase' && part.quoted === true
  return !isQuoted || archive.count(archive.find(asMeaning({ ...part }))) > 0
}

/** The parts of a meaning that must all hold, without those that are excluded. */
export function splitMeaning(meaning: Query): { conditions: Query[]; about: Query[] } {
  const parts = (meaning.kind === 'and' ? meaning.parts : [meaning]).filter(({ kind }) => kind !== 'not')
  const { conditions = [], about = [] } = Object.groupBy(parts, (part) =>
    isCondition(part) ? 'conditions' : 'about',
  )
  return { conditions, about }
}

/** Names, titles, categories, code and votes are conditions; other words, also in quotes, are what a topic is about. */
const isCondition = (part: Query): boolean =>
  leavesOf(part).every((leaf) => !isTextLeaf(leaf) || CONDITIONS.has(leaf.field))

const CONDITIONS: ReadonlySet<TextField> = new Set(['author', 'org', 'title'])

/** From 0 to 1, by docId. Without a direction 1, so that the words decide the order. */
function nearnessOf(
  vectors: PaperVectors | undefined,
  direction: Float32Array | null,
  examples: Examples | null,
) {
  if (!vectors || !direction) return () => 1
  if (!examples) return (docId: number) => Math.max(0, vectors.mainCosine(direction, docId))
  const usual = between(direction, examples.sum)
  return (docId: number) => {
    const weight = examples.weights.get(docId)
    const target = weight === undefined ? usual : between(direction, withoutPaper(docId, weight))
    return Math.max(0, vectors.mainCosine(target, docId))
  }

  /** How near a paper is to itself would say nothing. */
  function withoutPaper(docId: number, weight: number): Float32Array {
    const others = examples!.sum.slice()
    vectors!.addMain(others, docId, -weight)
    return others
  }
}

const between = (direction: Float32Array, sum: Float32Array): Float32Array =>
  toUnit(sum).map((value, d) => (value + direction[d]!) / 2)

function toUnit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector)
  return length > 0 ? vector.map((value) => value / length) : vector
}

interface Kept {
  state: readonly unknown[]
  profile: Profile
}

/**
 * Number of profiles that are kept, some 4 kB each: they must not refer to the papers with a word, which take 1 kB a word
 * in 8,000 papers. Queries with other conditions share theirs.
 */
const MAX_KEPT = 10_000

const keptProfiles = memoizeByObject((_archive: Archive) => new LruCache<string, Kept>(MAX_KEPT))

/** What a profile is made of. `last`: the last day whose papers count. */
interface Subject {
  about: Query
  coverage: Coverage
  last: Day
}

/** What a profile depends on: the models, and how many papers there are. */
const stateOf = ({ vectors, usage, index }: Archive, last: Day): readonly unknown[] => [
  last,
  vectors,
  vectors?.count,
  usage,
  index.docCount,
  index.size,
]

function profileOf(archive: Archive, subject: Subject): Profile {
  const kept = keptProfiles(archive)
  const state = stateOf(archive, subject.last)
  const key = JSON.stringify(subject.about)
  const known = kept.get(key)
  if (known?.state.every((part, i) => part === state[i])) return known.profile
  const profile = newProfile(archive, subject)
  kept.set(key, { state, profile })
  return profile
}

function newProfile(archive: Archive, subject: Subject): Profile {
  const { vectors } = archive
  const whole = archive.spaceVectorOf(contentWordsOf(archive.wantedWords(subject.about)))
  if (!vectors || !whole) return { direction: null, examples: null, isKnown: () => false }
  const direction = toUnit(whole.slice(0, vectors.mainDimensions))
  const nearness = (docId: number) => vectors.mainCosine(direction, docId)
  const candidates = findExamples(archive, subject)
  const nearest = candidates
    .map((docId) => ({ docId, nearness: nearness(docId) }))
    .sort((a, b) => b.nearness - a.nearness)
    .slice(0, MAX_EXAMPLES)
  if (nearest.length < MIN_EXAMPLES) return { direction, examples: null, isKnown: () => false }
  const weights = new Map(nearest.map(({ docId, nearness }) => [docId, Math.max(MIN_WEIGHT, nearness)]))
  const sum = new Float32Array(vectors.mainDimensions)
  for (const [docId, weight] of weights) vectors.addMain(sum, docId, weight)
  const { last } = subject
  const usual = meanOf(nearest)
  const isNear = () => {
    // No paper is nearer than 1, so most topics need no comparison.
    if (usual >= MIN_NEARNESS) return true
    const newest = listedUpTo(archive.index, last).docIds.slice(0, NEWEST)
    return usual >= MIN_NEARNESS * nearestMean(newest, nearness, weights.size)
  }
  let known: boolean | undefined
  return { direction, examples: { weights, sum }, isKnown: () => (known ??= isNear()) }
}

/** The newest papers that match a subject, or contain two thirds of what it asks for. */
function findExamples(archive: Archive, { about, coverage, last }: Subject): number[] {
  const matches = archive.find(about)
  const minCovered = EXAMPLE_SHARE * coverage.all
  const candidates = coverage.mayReach(minCovered)
  unionBits(candidates, matches)
  const examples: number[] = []
  const { docIds } = listedUpTo(archive.index, last)
  for (const docId of docIds.slice(0, MAX_READ)) {
    if (!hasBit(candidates, docId)) continue
    if (!hasBit(matches, docId) && coverage.of(docId) < minCovered) continue
    if (examples.push(docId) === MAX_EXAMINED) break
  }
  return examples
}

interface NearPaper {
  docId: number
  nearness: number
}

const meanOf = (papers: readonly NearPaper[]): number =>
  papers.reduce((sum, { nearness }) => sum + nearness, 0) / papers.length

/** The mean nearness of the nearest of some papers. */
function nearestMean(papers: readonly number[], nearness: (docId: number) => number, count: number): number {
  const nearest = Float32Array.from(papers, nearness).sort().slice(-count)
  return nearest.reduce((sum, value) => sum + value, 0) / nearest.length
}
