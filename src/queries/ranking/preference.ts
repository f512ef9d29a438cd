import { memoizeByObject } from '../../core/memoize.ts'
import type { Archive } from '../archive.ts'
import { FILLER } from '../language/sentence-words.ts'
import { type PaperIndex, untilChange } from '../matching/paper-index.ts'
import type { Steps } from '../steps.ts'
import { wordKeyOf } from '../text/tokens.ts'
import { WEAK_HEADS } from './phrases.ts'
import { cosineSimilarity, inverseDocumentFrequency, strongestWords, type Vector } from './tf-idf.ts'

/** What a subscriber said about a paper. */
export interface Vote {
  kind: 'more' | 'less'
  /** The paper's words, of unit length. */
  words: Vector
  /** From 0 to 1; a new vote has 1. */
  weight: number
}

/** The share by which a vote counts less each day. */
const DECAY = 0.001

/** The weight of a vote of that age. */
export const voteWeight = (days: number): number => Math.exp(-DECAY * Math.max(0, days))

interface Learning {
  votes: readonly Vote[]
  /** The words of ordinary papers, each of unit length: the other class for wanted papers. */
  background: readonly Vector[]
  /** Keys of words to leave out. */
  removed: ReadonlySet<string>
}

// From a coarse grid over all needs of npm run bench -- profile; neighbours differ little.
/** The strength of the regularisation, in votes. */
const L2 = 0.1
/** The weight of all ordinary papers together, relative to that of the votes. */
const OF_BACKGROUND = 0.5
const ITERATIONS = 40
const MAX_WORDS = 200

/**
 * A profile: the words that tell wanted papers from unwanted and ordinary ones, strongest first, of unit length.
 * Logistic regression with an L2 penalty, by gradient descent from 0, so the same votes give the same profile. Without
 * "more", ordinary papers are the wanted ones. A negative weight asks for less; only words of papers with "less" have
 * one, and only words of papers with "more" a positive one. Empty without votes, or if every word is removed.
 */
export function learnProfile({ votes, background, removed }: Learning): Vector {
  const isWanted = votes.some(({ kind }) => kind === 'more')
  const decisive = votes.filter(({ kind }) => kind === (isWanted ? 'more' : 'less'))
  const ofOrdinary = (OF_BACKGROUND * totalOf(decisive)) / Math.max(1, background.length)
  const examples = [
    ...votes.map(({ kind, words, weight }) => ({ words, weight, label: kind === 'more' ? 1 : 0 })),
    ...background.map((words) => ({ words, weight: ofOrdinary, label: isWanted ? 0 : 1 })),
  ]
  const keys = [...new Set(votes.flatMap(({ words }) => [...words.keys()]))].filter(
    (key) => !removed.has(key),
  )
  const numbers = new Map(keys.map((key, number) => [key, number]))
  const numbered = examples.map((one) => ({
    ...one,
    words: [...one.words].flatMap(([key, value]): [number, number][] =>
      numbers.has(key) ? [[numbers.get(key)!, value]] : [],
    ),
  }))
  const weights = new Float64Array(keys.length)
  let bias = 0
  // The gradient changes by no more than this with the weights, as words have unit length and the bias is one more.
  const step = 1 / (0.25 * 2 * totalOf(examples) + L2)
  for (let i = 0; i < ITERATIONS; i++) {
    const errors = numbered.map(({ words, weight, label }) => {
      let score = bias
      for (const [word, value] of words) score += value * weights[word]!
      return weight * (label - 1 / (1 + Math.exp(-score)))
    })
    for (let word = 0; word < weights.length; word++) weights[word]! *= 1 - step * L2
    numbered.forEach(({ words }, example) => {
      const change = step * errors[example]!
      bias += change
      for (const [word, value] of words) weights[word]! += change * value
    })
  }
  const [more, less] = (['more', 'less'] as const).map((kind) => wordsIn(votes, kind)) as [Words, Words]
  const learned = keys.map((key, word) => [key, weights[word]!] as const)
  return strongestWords(
    new Map(learned.filter(([key, weight]) => (weight > 0 ? more : less).has(key))),
    MAX_WORDS,
  )
}

type Words = ReadonlySet<string>

const wordsIn = (votes: readonly Vote[], kind: Vote['kind']): Words =>
  new Set(votes.filter((vote) => vote.kind === kind).flatMap(({ words }) => [...words.keys()]))

const totalOf = (examples: readonly { weight: number }[]): number =>
  examples.reduce((sum, { weight }) => sum + weight, 0)

/** How much a paper's words count beside its nearness in the learned space. */
const OF_WORDS = 2

/**
 * How much a profile prefers a paper, by docId: its words, and its nearness in the learned space if there is one; from
 * -3 to 3, about 0 for most papers.
 */
export function preferenceOf(
  archive: Archive,
  profile: Vector,
  vectorOf = archive.vectorOfDoc,
): (docId: number) => number {
  // A space weighs words by their rarity itself.
  const counts = [...profile].map(([key, weight]): [string, number] => [key, weight / rarityIn(archive, key)])
  const nearness = archive.nearnessTo(new Map(counts))
  return (docId) => OF_WORDS * cosineSimilarity(profile, vectorOf(docId)) + nearness(docId)
}

const rarityIn = ({ index }: Archive, key: string): number =>
  inverseDocumentFrequency(index.frequencies.ofKey(key), index.docCount) || 1

/** How many words of a paper a profile learns from. */
const WORDS_OF_A_PAPER = 60
const BACKGROUND_PAPERS = 60
/** With fewer papers, a word in many of them may still be a subject. */
const MIN_PAPERS = 200
const MAX_SHARE = 0.2
/** Words of any paper, besides fillers of sentences and weak heads of phrases. */
const EMPTY_WORDS = new Set(
  `address extensive comprehensive however moreover furthermore via state art outperform key limited often across further
  between under over through has few enough none before after until since against among along around beyond per down
  again already always almost even ever never once rather quite still thus therefore hence yet instead together whether
  either neither due respectively typically keep become lead aim form lose lost compare analysis analyze log evaluate`
    .split(/\s+/)
    .map((word) => wordKeyOf(word, 'prose')),
)

/** From this share of papers with keywords on, a word that is in none of them is about no subject. */
const MIN_SHARE_WITH_KEYWORDS = 0.2

const haveKeywords = untilChange((index) => {
  let papers = 0
  for (const [segment] of index.segments())
    for (let paper = 0; paper < segment.size; paper++) papers += Math.min(1, segment.length('keyword', paper))
  return papers >= MIN_SHARE_WITH_KEYWORDS * index.docCount
})

const isInKeywords = (index: PaperIndex, key: string): boolean =>
  [...index.vocabularies.prose.spellingsOf(key)].some((word) =>
    [...index.segments()].some(([segment]) => segment.postings('keyword').documentFrequency(word) > 0),
  )

/** Whether a word, by its key, may be in a profile: not one of most papers, and not one of those about any paper. */
function isProfileWord(archive: Archive, key: string): boolean {
  const { index } = archive
  if ([EMPTY_WORDS, FILLER, WEAK_HEADS].some((words) => words.has(key))) return false
  if (haveKeywords(index) && !isInKeywords(index, key)) return false
  return index.docCount < MIN_PAPERS || index.frequencies.ofKey(key) <= MAX_SHARE * index.docCount
}

/** The strongest words of a paper that may be in a profile, of unit length. */
export const profileWordsOf = (archive: Archive, vector: Vector, limit = WORDS_OF_A_PAPER): Vector =>
  strongestWords(new Map([...vector].filter(([key]) => isProfileWord(archive, key))), limit)

/**
 * The words of up to 60 papers, evenly spread over the archive in the order in which it read them. The same until the
 * archive doubles.
 */
export function* ordinaryPapers(archive: Archive): Steps<readonly Vector[]> {
  const known = sampleOf(archive)
  const { docCount } = archive.index
  if (known.docCount > 0 && docCount < 2 * known.docCount) return known.words
  const words: Vector[] = []
  for (let i = 0; i < Math.min(docCount, BACKGROUND_PAPERS); i++) {
    const docId = Math.floor(i * Math.max(1, docCount / BACKGROUND_PAPERS))
    words.push(profileWordsOf(archive, archive.vectorOfDoc(docId)))
    yield
  }
  return Object.assign(known, { docCount, words }).words
}

const sampleOf = memoizeByObject((_archive: Archive) => ({ docCount: 0, words: [] as Vector[] }))
