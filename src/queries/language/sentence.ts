import type { Query, TextField } from '../query.ts'
import { tokensOf } from '../text/tokens.ts'
import { isForeign } from './english.ts'
import { keyTerms } from './key-terms.ts'
import { isConnective, REQUEST_END, REQUEST_START } from './sentence-words.ts'

// A sentence becomes a search for its key words: a paper needs more than half of them, but never more than four.
const MAX_NEEDED = 4

/** With fewer key words, the text is a term with a preposition: point of interest recommendation. */
const MIN_RARITY = 4

/**
 * A text with this many words, and this share of connectives, is prose even if it contains characters of the query
 * language.
 */
const PROSE = [
  { words: 20, joining: 0.08 },
  { words: 40, joining: 0.04 },
]
/** A query with operators has a higher share of them. */
const MAX_OPERATORS = 0.05

// Characters and words with a meaning only in the query language: quotes, brackets, operators, fields, limits,
// addresses.
const SIGNS =
  /["“”„‟«»＂|()（）]|(?:^|\s)[-−–]\S|(?:^|\s)(?:AND|OR|NOT|ANDNOT|&+)(?=\s|$)|(?:^|\s)\p{L}[\p{L}_-]*:|votes *[<>=≥≤]|:\/\/|(?:^|\s)(?:cs|stat|eess|math|physics|econ|q-bio|q-fin)\.[A-Z]{2}(?=[\s.,;?]|$)/u
const FIELD = /(?:^|[\s(])(?:title|abstract|author|keyword|org|cat|has|is|paper|ti|abs|au|all|id) ?:/i

/** The tree of a sentence: its key words, in a field. Null for any other text, and if there are no key words. */
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
 * Whether a text is a sentence, and not keywords or a query with operators, fields, quotes and brackets. A sentence
 * contains connectives (of, for, how), and it is a request or long enough.
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

/**
 * Removes brackets that do not group: brackets around one word, and all brackets in a question: test-time adaptation
 * (TTA).
 */
const withoutAsides = (text: string, asks: boolean): string =>
  text.replace(asks ? /\([^()|"“”]*\)/g : /\([^()|"“”\s]+\)/g, ' ')
