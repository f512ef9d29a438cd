import { isConnective, isFiller } from '../language/sentence-words.ts'
import { acronymOf, type Token } from '../text/tokens.ts'
import { isContentWord } from './tf-idf.ts'

/** Adjacent words of a text, or one hyphenated word, that may name its subject. */
export interface Phrase {
  /** As written within a sentence: "linear attention", "retrieval-augmented generation". */
  text: string
  keys: readonly string[]
}

const MAX_WORDS = 3

/** A word, or several words joined by hyphens. */
interface Unit {
  tokens: Token[]
  /** Only a blank separates it from the unit before. */
  follows: boolean
}

/** The phrases of a text, in order: two or three words, without splitting a hyphenated word. */
export function phrasesOf(text: string, tokens: readonly Token[]): Phrase[] {
  const units = unitsOf(text, tokens)
  return units.flatMap((_, from) => {
    const phrases: Phrase[] = []
    const words: Token[] = []
    for (const [i, unit] of units.slice(from, from + MAX_WORDS).entries()) {
      if (i > 0 && !unit.follows) break
      words.push(...unit.tokens)
      if (mayName(words)) phrases.push(phraseOf(text, words))
    }
    return phrases
  })
}

function unitsOf(text: string, tokens: readonly Token[]): Unit[] {
  const units: Unit[] = []
  for (const [i, token] of tokens.entries()) {
    const between = i === 0 ? '' : text.slice(tokens[i - 1]!.end, token.start)
    if (/^[-\u2010\u2011]$/.test(between)) units.at(-1)!.tokens.push(token)
    else units.push({ tokens: [token], follows: between === ' ' })
  }
  return units
}

/** Whether the words may name a subject: all are content words, the first is not a filler, and none is repeated. */
function mayName(words: readonly Token[]): boolean {
  const isTold = ({ folded }: Token) => isContentWord(folded) && !isConnective(folded)
  const [first, last] = [words[0]!.folded, words.at(-1)!.folded]
  const keys = new Set(words.map(({ key }) => key))
  const isOfSeveral = words.length > 1 && words.length <= MAX_WORDS && keys.size === words.length
  return (
    isOfSeveral && words.every(isTold) && !isFiller(first) && !(isFiller(last) && BEHIND_NOUNS.test(last))
  )
}

/** In "attention based" and "results obtained", the next word is missing. */
const BEHIND_NOUNS = /ed$/

const phraseOf = (text: string, words: readonly Token[]): Phrase => ({
  keys: words.map(({ key }) => key),
  text: words
    .map(
      ({ folded, start }, i) => (i === 0 ? '' : text[start - 1] === ' ' ? ' ' : '-') + toSentenceCase(folded),
    )
    .join(''),
})

/** Lowers the capital of a title word; keeps those of LoRA and RAG. */
export const toSentenceCase = (word: string): string =>
  acronymOf(word) !== null || /\p{Lu}.*\p{Lu}/u.test(word) ? word : word.toLowerCase()
