import type { Query, TextField } from '../query.ts'
import { tokensOf } from '../text/tokens.ts'
import { isForeign } from './english.ts'
import { keyTerms } from './key-terms.ts'
import { isConnective, REQUEST_END, REQUEST_START } from './sentence-words.ts'

// A sentence is looked for by its telling words: a paper needs more than half of them, but never more than four.
const MAX_NEEDED = 4

/** Fewer words that tell something are a term with a preposition in it: point of interest recommendation. */
const MIN_RARITY = 4

/** So many words, of which such a share join the others, are prose even where signs of the query language stand in it. */
const PROSE = [
  { words: 20, joining: 0.08 },
  { words: 40, joining: 0.04 },
]
/** A query in operators has more of them. */
const MAX_OPERATORS = 0.05

// What only the query language gives a meaning: quotes, brackets, operators, fields, limits, addresses.
const SIGNS =
  /["“”„‟«»＂|()（）]|(?:^|\s)[-−–]\S|(?:^|\s)(?:AND|OR|NOT|ANDNOT|&+)(?=\s|$)|(?:^|\s)\p{L}[\p{L}_-]*:|votes *[<>=≥≤]|:\/\/|(?:^|\s)(?:cs|stat|eess|math|physics|econ|q-bio|q-fin)\.[A-Z]{2}(?=[\s.,;?]|$)/u
const FIELD = /(?:^|[\s(])(?:title|abstract|author|keyword|org|cat|has|is|paper|ti|abs|au|all|id) ?:/i

/** The tree of a text that is a sentence, as its telling words in a field; null for any other text, and where nothing tells. */
export function parseSentence(text: string, field: TextField = 'any'): Query | null {
  if (!isSentence(text)) return null
  const parts = keyTerms(text).map((term): Query => {
    const kind = tokensOf(term).length > 1 ? 'phrase' : 'word'
    return { kind, field, text: term }
  })
  const [first] = parts
  if (!first) return null
  if (parts.length < 3) return parts.length === 1 ? first : { kind: 'and', parts }
  return { kind: 'some', least: Math.min(MAX_NEEDED, Math.floor(parts.length / 2) + 1), parts }
}

/**
 * Whether a text is a sentence rather than keywords, or a query in operators, fields, quotes and brackets: words join
 * the others (of, for, how), and it asks for something, or is long enough.
 */
export function isSentence(text: string): boolean {
  const words = text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word) && !isForeign(word))
  const joining = words.filter((word) => isConnective(word.replace(/[^\p{L}'’]/gu, ''))).length
  if (isProse(text, words, joining)) return true
  const asks = REQUEST_START.test(text) || /\?\s*$/.test(text)
  if (SIGNS.test(withoutAsides(text, asks))) return false
  if (REQUEST_END.test(text) && !words.some(isOrOrNot)) return true
  if (joining === 0) return false
  if (asks) return words.length > 2
  const others = words.filter((word) => !/^(and|or|not)$/i.test(word)).length - joining
  return others >= MIN_RARITY && !words.some(isOrOrNot)
}

const isOrOrNot = (word: string): boolean => /^(or|not)$/i.test(word)

function isProse(text: string, words: readonly string[], joining: number): boolean {
  if (!PROSE.some((least) => words.length >= least.words && joining >= words.length * least.joining))
    return false
  const operators = words.filter((word) => /^(?:AND|OR|NOT|ANDNOT)$/.test(word)).length
  const isBracketed = text.replace(/\([^()]*\)/g, ' ').length < text.length / 2
  return operators <= words.length * MAX_OPERATORS && !FIELD.test(text) && !isBracketed
}

/** Brackets around one word group nothing, nor do those of a question: test-time adaptation (TTA). */
const withoutAsides = (text: string, asks: boolean): string =>
  text.replace(asks ? /\([^()|"“”]*\)/g : /\([^()|"“”\s]+\)/g, ' ')
