import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a sentence of an abstract is about, as CSAbstruct labels it. */
export const SENTENCE_ROLES = ['background', 'objective', 'method', 'result', 'other'] as const

export type SentenceRole = (typeof SENTENCE_ROLES)[number]

/** The weights are a table of ROWS × SENTENCE_ROLES, in units of 1/UNITS. test/bench/summary/train.ts learns them; see NOTICE. */
export const ROWS = 2 ** 14
export const UNITS = 64
const WEIGHTS = new Int8Array(readFileSync(join(import.meta.dirname, 'sentence-roles.bin')))

/** For each sentence, the probability of each role, in the order of SENTENCE_ROLES. `sentences`: a whole abstract. */
export const roleProbabilities = (sentences: readonly string[]): number[][] =>
  featuresOf(sentences).map((rows) => softmax(rows, WEIGHTS, UNITS))

const WORD = /[a-z]+|[^\sa-z]/g

/** The features of each sentence, as rows of the table: its words, its first words, its length and its position. */
export function featuresOf(sentences: readonly string[]): number[][] {
  const count = sentences.length
  return sentences.map((sentence, i) => {
    const words = sentence.toLowerCase().replace(/\d+/g, '0').match(WORD) ?? []
    const rows = Array.from(new Set(words), rowOf)
    for (const many of [1, 2, 3]) rows.push(rowOf(`first ${words.slice(0, many).join(' ')}`))
    const position = [
      `sixth ${Math.floor((i / count) * 6)}`,
      `from start ${Math.min(i, 5)}`,
      `from end ${Math.min(count - 1 - i, 5)}`,
      `place ${i} of ${count}`,
      `count ${Math.min(count, 12)}`,
      `length ${Math.min(Math.floor(words.length / 8), 6)}`,
    ]
    return [...rows, ...position.map(rowOf)]
  })
}

/** The hashing trick, with FNV-1a. */
function rowOf(feature: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < feature.length; i++) hash = Math.imul(hash ^ feature.charCodeAt(i), 0x01000193)
  return (hash ^ (hash >>> 15)) & (ROWS - 1)
}

export function softmax(rows: readonly number[], weights: ArrayLike<number>, units: number): number[] {
  const powers = SENTENCE_ROLES.map((_, role) => {
    let sum = 0
    for (const row of rows) sum += weights[row * SENTENCE_ROLES.length + role]!
    return Math.exp(sum / units)
  })
  const total = powers.reduce((sum, power) => sum + power, 0)
  return powers.map((power) => power / total)
}

// In UTF-16 units: two sentences that fit under a title.
const MIN_LENGTH = 60
const MAX_LENGTH = 320
const MIN_PROBABILITY = 0.5

const OWN_WORK =
  /\b(?:we|(?:this|our|the present) (?:paper|work|study|article|survey|thesis|report)|(?:is|are) (?:proposed|presented|introduced|developed))\b/i
// Sentences that make no sense without the one before.
const DEPENDENT =
  /^(?:(?:we )?(?:additionally|also|finally|first|further|next|then)|and|both|but|consequently|conversely|for (?:example|instance)|furthermore|however|in (?:addition|contrast|particular)|its?|moreover|second|secondly|similarly|specifically|such|the (?:former|latter|second)|their|therefore|they|third|(?:this|these)(?! (?:paper|work|study|article|survey|thesis|report)\b)|those|thus|with (?:this|these))\b/i
const NOT_A_FINDING = /\bavailable\b|https?:|github|\bwe (?:propose|introduce|present|develop|design|hope)\b/i

/**
 * The first sentence of an abstract that says what was done and the first one after it that says what was found, as
 * indices; null if one of the two is not clear. `sentences`: the whole abstract.
 */
export function keySentences(sentences: readonly string[]): [did: number, found: number] | null {
  const probabilities = roleProbabilities(sentences)
  const fits = ({ length }: string) => length >= MIN_LENGTH && length <= MAX_LENGTH
  const did = sentences.findIndex((sentence, i) => {
    const [, objective = 0, method = 0] = probabilities[i]!
    return (
      objective + method >= MIN_PROBABILITY &&
      fits(sentence) &&
      OWN_WORK.test(sentence) &&
      !DEPENDENT.test(sentence)
    )
  })
  const found = sentences.findIndex((sentence, i) => {
    const [, , , result = 0] = probabilities[i]!
    const isReadable = i === did + 1 || !DEPENDENT.test(sentence)
    return (
      i > did && result >= MIN_PROBABILITY && fits(sentence) && isReadable && !NOT_A_FINDING.test(sentence)
    )
  })
  return did < 0 || found < 0 ? null : [did, found]
}
