import type { Query, TextField } from '../query.ts'
import { type Token, tokensOf } from '../text/tokens.ts'
import { NEXT_SENTENCE } from './clauses.ts'
import {
  isConnective,
  isFiller,
  isForeign,
  isHeadNoun,
  MULTIWORD_FILLERS,
  MULTIWORD_TERMS,
  REQUEST_END,
  REQUEST_START,
  UNWANTED,
  withoutDenials,
} from './sentence-words.ts'

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
  /["“”„‟«»＂|()（）]|(?:^|\s)[-−–]\S|(?:^|\s)(?:AND|OR|NOT|ANDNOT|&+)(?=\s|$)|(?:^|\s)\p{L}[\p{L}_-]*:(?=\S)|votes *[<>=≥≤]|:\/\/|(?:^|\s)(?:cs|stat|eess|math|physics|econ|q-bio|q-fin)\.[A-Z]{2}(?=[\s.,;?]|$)/u
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
  if (parts.length < 3) return parts.length === 1 ? first : { kind: 'term', parts }
  return { kind: 'some', least: Math.min(MAX_NEEDED, Math.floor(parts.length / 2) + 1), parts }
}

/**
 * Whether a text is a sentence, and not keywords or a query with operators, fields, quotes and brackets. A sentence
 * contains connectives (of, for, how), and it is a request or long enough.
 */
export function isSentence(text: string): boolean {
  const pieces = withoutDenials(text).split(/\s+/)
  const joining = pieces.filter((word) => isConnective(lettersOf(word))).length
  if (joining === 0 && !REQUEST_END.test(text)) return false
  const words = pieces.filter((word) => /[\p{L}\p{N}]/u.test(word) && !isForeign(word))
  if (isProse(text, words, joining)) return true
  const asks = REQUEST_START.test(text) || /\?\s*$/.test(text)
  if (SIGNS.test(withoutAsides(text, asks)) || FIELD.test(text)) return false
  if (REQUEST_END.test(text) && !words.some(isOrOrNot)) return true
  if (joining === 0) return false
  if (asks) return words.length > 2
  if (NEXT_SENTENCE.test(text)) return true
  const others = words.filter((word) => !/^(and|or|not)$/i.test(word)).length - joining
  return others >= MIN_RARITY && !words.some(isOrOrNot)
}

// Most words need no replacement, which takes longer than the check.
const lettersOf = (word: string): string => (/^[a-z]*$/i.test(word) ? word : word.replace(/[^\p{L}'’]/gu, ''))

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

const MAX_TERMS = 12

/** Words of a sentence that form one term, with their position. */
interface Term {
  start: number
  end: number
  /** Meaningful only together with the word before: learning. */
  isBare: boolean
}

/**
 * The key words of a sentence, in order, each once. Hyphenated words and terms such as "large language models" count as
 * one. At most 12: the most frequent ones of a long text.
 */
export function keyTerms(sentence: string): string[] {
  const text = wanted(sentence)
  const terms = termsIn(text)
  const telling = terms.filter(({ isBare }) => !isBare)
  const texts = (telling.length > 0 ? telling : terms).map(({ start, end }) => text.slice(start, end))
  const byKeys = Map.groupBy(texts, (term) =>
    tokensOf(term)
      .map(({ key }) => key)
      .join(' '),
  )
  const distinct = [...byKeys.values()]
  const most = new Set(distinct.toSorted((a, b) => b.length - a.length).slice(0, MAX_TERMS))
  return distinct.filter((same) => most.has(same)).map(([first]) => first!)
}

/** Drops "not interested in" or a similar phrase with the rest of its sentence; all is wanted if nothing else is left. */
function wanted(text: string): string {
  const rest = text.replace(UNWANTED, '')
  return rest === text || termsIn(rest).length > 0 ? rest : text
}

function termsIn(text: string): Term[] {
  const tokens = tokensOf(text).filter(({ folded }) => !isForeign(folded))
  const terms: Term[] = []
  for (let at = 0; at < tokens.length; ) {
    const count = countAt(tokens, at, text)
    const words = tokens.slice(at, at + count)
    const last = terms.at(-1)
    const term = { start: words[0]!.start, end: words.at(-1)!.end, isBare: false }
    if (count === 1 && isHeadNoun(words[0]!.folded)) {
      const isBehind = last && !last.isBare && text.slice(last.end, term.start) === ' '
      if (isBehind) last.end = term.end
      else terms.push({ ...term, isBare: true })
    } else if (isKeyTerm(words)) terms.push(term)
    at += count
  }
  return terms
}

/** By their first words. */
const KNOWN_TERMS = Map.groupBy([...MULTIWORD_FILLERS, ...MULTIWORD_TERMS], ([first]) => first!)

/** How many words from `at` on form one term: the words of a known term, and hyphenated words. */
function countAt(tokens: Token[], at: number, text: string): number {
  const gapAfter = (i: number) => text.slice(tokens[i]!.end, tokens[i + 1]?.start ?? tokens[i]!.end)
  const isKnown = (keys: readonly string[]) =>
    keys.every((key, i) => tokens[at + i]?.key === key && (i === 0 || GAP.test(gapAfter(at + i - 1))))
  let count = KNOWN_TERMS.get(tokens[at]!.key)?.find(isKnown)?.length ?? 1
  while (HYPHEN.test(gapAfter(at + count - 1))) count++
  return count
}

const GAP = /^[ \-‐‑–]$/
const HYPHEN = /^[-‐‑–]$/

function isKeyTerm(words: Token[]): boolean {
  if (words.length > 1) {
    const isFillers = (keys: readonly string[]) =>
      keys.length === words.length && keys.every((key, i) => words[i]!.key === key)
    return !MULTIWORD_FILLERS.some(isFillers)
  }
  const { folded } = words[0]!
  return /\p{L}/u.test(folded) && folded.length > 1 && !isFiller(folded)
}
