import { isConnective, isFiller } from '../language/sentence-words.ts'
import { acronymOf, type Token, type WordIndex, wordKeyOf } from '../text/tokens.ts'
import { isContentWord } from './tf-idf.ts'

/** Adjacent words of a text, or one hyphenated word, that may name its subject. */
export interface Phrase {
  /** As written within a sentence: "linear attention", "retrieval-augmented generation". */
  text: string
  keys: readonly string[]
}

const MAX_UNITS = 4
const MAX_WORDS = 4

/** A word, or several words joined by hyphens. */
interface Unit {
  tokens: Token[]
  /** Only a blank separates it from the unit before. */
  follows: boolean
}

/** The phrases of a text, in order: two to four words, without splitting a hyphenated word. */
export function phrasesOf(text: string, tokens: readonly Token[]): Phrase[] {
  const units = unitsOf(text, tokens)
  const isTelling = units.map(({ tokens }) =>
    tokens.every(({ folded }) => isContentWord(folded) && !isConnective(folded)),
  )
  return units.flatMap((_, from) => {
    const phrases: Phrase[] = []
    const words: Token[] = []
    for (const [i, unit] of units.slice(from, from + MAX_UNITS).entries()) {
      if ((i > 0 && !unit.follows) || !isTelling[from + i]) break
      words.push(...unit.tokens)
      if ((i > 0 || isName(words)) && mayName(words)) phrases.push(phraseOf(text, words))
    }
    return phrases
  })
}

/** The phrases of several texts. */
export const phrasesIn = (texts: readonly WordIndex[]): Phrase[] =>
  texts.flatMap(({ text, tokens }) => phrasesOf(text, tokens))

/** Whether a phrase is part of another. */
export const isPart = (one: Pick<Phrase, 'keys'>, other: Pick<Phrase, 'keys'>): boolean =>
  one.keys.length < other.keys.length && inSequence(other.keys).includes(inSequence(one.keys))

const inSequence = (keys: readonly string[]): string => ` ${keys.join(' ')} `

function unitsOf(text: string, tokens: readonly Token[]): Unit[] {
  const units: Unit[] = []
  for (const [i, token] of tokens.entries()) {
    const between = i === 0 ? '' : text.slice(tokens[i - 1]!.end, token.start)
    if (/^[-\u2010\u2011]$/.test(between)) units.at(-1)!.tokens.push(token)
    else units.push({ tokens: [token], follows: between === ' ' })
  }
  return units
}

/** A hyphenated word is an adjective (black-box), unless it has capitals (KV-cache). */
const isName = (words: readonly Token[]): boolean => words.some(({ folded }) => acronymOf(folded) !== null)

const keysOf = (words: string): Set<string> =>
  new Set(words.split(/\s+/).map((word) => wordKeyOf(word, 'prose')))

/** Nouns that papers of every field end phrases with, by key. */
export const WEAK_HEADS: ReadonlySet<string> = keysOf(
  `framework approach method methodology task performance result quality capability ability problem challenge setting
  scenario pair sample example dataset experiment work paper study way level process strategy technique improvement gain
  baseline metric score benchmark domain application accuracy efficiency component module paradigm pipeline set step
  stage loss space context information input output trace budget overhead cost time rate number type development
  perspective gap error report al`,
)

/** Fillers that begin names: deep research, data selection, model merging. */
const BEGINS_NAME = keysOf('deep efficient data model training learning theory knowledge')

const ADVERB = /.ly$/
/** An adjective or participle at the end: the noun is missing. */
const ADJECTIVE =
  /(?:ed|ly|ive|[^v]al|ous|able|ible|ful|less|ic|ary|aware|based|driven|free|high|low|specific)$/
const NOUN = keysOf(
  'removal proposal arithmetic logic music traffic topic dynamic approval survival crystal material capital hospital',
)

/** Whether content words may name a subject: none is repeated, the first is no filler, and the last is a telling noun. */
function mayName(words: readonly Token[]): boolean {
  const [first, last] = [words[0]!, words.at(-1)!]
  const keys = new Set(words.map(({ key }) => key))
  return (
    words.length > 1 &&
    words.length <= MAX_WORDS &&
    keys.size === words.length &&
    (!isFiller(first.folded) || BEGINS_NAME.has(first.key)) &&
    !ADVERB.test(first.folded) &&
    !WEAK_HEADS.has(last.key) &&
    !/^\p{Nd}/u.test(last.folded) &&
    (!ADJECTIVE.test(last.folded) || NOUN.has(last.key))
  )
}

const phraseOf = (text: string, words: readonly Token[]): Phrase => ({
  keys: words.map(({ key }) => key),
  text: words
    .map(
      ({ folded, start }, i) => (i === 0 ? '' : text[start - 1] === ' ' ? ' ' : '-') + toSentenceCase(folded),
    )
    .join(''),
})

/** Lowers the capital of a title word; keeps those of LoRA, RAG and 3D. */
const toSentenceCase = (word: string): string =>
  acronymOf(word) !== null || /\p{Lu}.*\p{Lu}|\p{Nd}/u.test(word) ? word : word.toLowerCase()
