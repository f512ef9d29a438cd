import { type Token, tokensOf } from '../text/tokens.ts'
import { isForeign } from './english.ts'
import {
  isFiller,
  isHeadNoun,
  MULTIWORD_FILLERS,
  MULTIWORD_TERMS,
  UNWANTED_MARKER,
} from './sentence-words.ts'

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

/** Drops the text from "not interested in" or a similar phrase on. */
function wanted(text: string): string {
  const unwantedAt = UNWANTED_MARKER.exec(text)?.index ?? 0
  return unwantedAt > 0 ? text.slice(0, unwantedAt) : text
}

function termsIn(text: string): Term[] {
  const tokens = tokensOf(text).filter(({ folded }) => !isForeign(folded))
  const terms: Term[] = []
  for (let at = 0; at < tokens.length; ) {
    const gaps = gapsFrom(tokens, at, text)
    const count = countAt(tokens, at, gaps)
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

const KNOWN_TERMS = [...MULTIWORD_FILLERS, ...MULTIWORD_TERMS]
/** Number of words in the longest known term. */
const MAX_KNOWN_LENGTH = Math.max(...KNOWN_TERMS.map((keys) => keys.length))

/** The text after each token, until the words no longer form a term. */
function gapsFrom(tokens: Token[], at: number, text: string): string[] {
  const gaps: string[] = []
  for (let i = at; i + 1 < tokens.length; i++) {
    const gap = text.slice(tokens[i]!.end, tokens[i + 1]!.start)
    if (!/^(?: |[-‐‑–])$/.test(gap) || (gap === ' ' && gaps.length >= MAX_KNOWN_LENGTH)) break
    gaps.push(gap)
  }
  return gaps
}

/** How many words from `at` on form one term: the words of a known term, and hyphenated words. */
function countAt(tokens: Token[], at: number, gaps: string[]): number {
  const knownTerm = KNOWN_TERMS.find(
    (keys) => keys.length <= gaps.length + 1 && keys.every((key, i) => tokens[at + i]!.key === key),
  )
  let count = knownTerm?.length ?? 1
  while (gaps[count - 1] !== undefined && gaps[count - 1] !== ' ') count++
  return count
}

function isKeyTerm(words: Token[]): boolean {
  if (words.length > 1) {
    const isFillers = (keys: readonly string[]) =>
      keys.length === words.length && keys.every((key, i) => words[i]!.key === key)
    return !MULTIWORD_FILLERS.some(isFillers)
  }
  const { folded } = words[0]!
  return /\p{L}/u.test(folded) && folded.length > 1 && !isFiller(folded)
}
