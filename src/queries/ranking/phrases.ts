import { isConnective, isFiller } from '../language/sentence-words.ts'
import { acronymOf, type Token } from '../text/tokens.ts'
import { isContentWord } from './tf-idf.ts'

/** Words of a text that stand side by side, or in one word with hyphens, and may name what it is about. */
export interface Phrase {
  /** As it stands within a sentence: "linear attention", "retrieval-augmented generation". */
  text: string
  keys: readonly string[]
}

const MAX_WORDS = 3

/** A word, or words joined by hyphens. */
interface Unit {
  tokens: Token[]
  /** A blank alone stands between it and the unit before. */
  follows: boolean
}

/** The phrases of a text, in its order: of two or three words, none of them cut out of a word with hyphens. */
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

/** Each word tells something, the first one more than any paper says of itself, and none is said twice. */
function mayName(words: readonly Token[]): boolean {
  const isTold = ({ folded }: Token) => isContentWord(folded) && !isConnective(folded)
  const [first, last] = [words[0]!.folded, words.at(-1)!.folded]
  const keys = new Set(words.map(({ key }) => key))
  const isOfSeveral = words.length > 1 && words.length <= MAX_WORDS && keys.size === words.length
  return (
    isOfSeveral && words.every(isTold) && !isFiller(first) && !(isFiller(last) && BEHIND_NOUNS.test(last))
  )
}

/** Attention based, results obtained: what follows is missing. */
const BEHIND_NOUNS = /ed$/

const phraseOf = (text: string, words: readonly Token[]): Phrase => ({
  keys: words.map(({ key }) => key),
  text: words
    .map(
      ({ folded, start }, i) => (i === 0 ? '' : text[start - 1] === ' ' ? ' ' : '-') + toSentenceCase(folded),
    )
    .join(''),
})

/** A capital of a title goes, those of LoRA and RAG stay. */
export const toSentenceCase = (word: string): string =>
  acronymOf(word) !== null || /\p{Lu}.*\p{Lu}/u.test(word) ? word : word.toLowerCase()
