import type { Archive } from '../archive.ts'
import { contentKeys, type Usage } from '../meaning/usage.ts'
import { acronymOf, isStopWord, type PaperText, type Token, type WordIndex } from '../text/tokens.ts'
import { papersWith } from './phrase-papers.ts'
import { isPart } from './phrases.ts'
import { inverseDocumentFrequency, isContentWord, strongestWords, type Vector } from './tf-idf.ts'

/** What a paper is about, in words that people read: one of its keywords, or a term that papers use. */
interface PaperPhrase {
  /** As written within a sentence: "search agents", "KV cache". */
  text: string
  keys: readonly string[]
}

/** Phrases with the same key are the same: "world model", "World Models". */
export const phraseKey = (text: string): string => contentKeys(text).join(' ')

/** How many phrases a vote offers, and so learns. */
export const MAX_PHRASES_OF_PAPER = 6
const MAX_LENGTH = 60
const MAX_WORDS = 4
/** With fewer papers, a phrase in many of them may still be a subject. */
const MANY_PAPERS = 200
/** A phrase of a larger share of the papers says little, and a single word of more than these papers even less. */
const MAX_SHARE = 0.1
const MAX_SHARE_OF_WORD = 0.03
/** A keyword, and a phrase of the title: the paper is about it. */
const OF_SUBJECT = 2
/** A phrase in a longer one is left out, unless so many times as many papers have it. */
const MUCH_MORE = 4
/** Words within a term, as in mixture of experts. */
const MAX_SMALL_WORDS = 2
const GAP = /^[ \-‐‑–]$/

/**
 * The phrases that say most about a paper, with their weights, of unit length. One that only this paper has would move
 * no other, so in an archive of many papers each is in at least one more.
 */
export function phrasesOfPaper(archive: Archive, paper: PaperText, limit: number): Vector {
  const { docCount } = archive.index
  const weighed = candidatesOf(archive.usage, paper).flatMap(({ weight, ...phrase }) => {
    const papers = papersWith(archive, phrase.text, []).length
    if (docCount >= MANY_PAPERS && (papers < 2 || papers > maxPapersOf(phrase, docCount))) return []
    return [{ ...phrase, papers, weight: weight * inverseDocumentFrequency(papers, docCount) }]
  })
  const whole = weighed.filter((one) =>
    weighed.every((other) => !isPart(one, other) || one.papers > MUCH_MORE * other.papers),
  )
  return strongestWords(new Map(whole.map(({ text, weight }) => [text, weight])), limit)
}

const maxPapersOf = ({ keys }: PaperPhrase, docCount: number): number =>
  docCount * (keys.length > 1 ? MAX_SHARE : MAX_SHARE_OF_WORD)

/** Each phrase once. */
function candidatesOf(usage: Usage, { keywords, title, abstract }: PaperText) {
  const found = new Map<string, PaperPhrase & { weight: number }>()
  const add = (phrase: PaperPhrase, weight: number) => {
    const key = phrase.keys.join(' ')
    if (key !== '' && !found.has(key)) found.set(key, { ...phrase, weight })
  }
  for (const keyword of keywords)
    if (isPhrase(keyword)) add(phraseOf(keyword.text, keyword.tokens), OF_SUBJECT)
  for (const phrase of termsIn(usage, title)) add(phrase, OF_SUBJECT)
  for (const phrase of termsIn(usage, abstract)) add(phrase, 1)
  for (const [key, { text }] of found) if (found.has(longFormKeyOf(usage, text))) found.delete(key)
  return [...found.values()]
}

const isPhrase = ({ text, tokens }: WordIndex): boolean =>
  text.length <= MAX_LENGTH &&
  tokens.length <= MAX_WORDS &&
  tokens.some(({ folded }) => isContentWord(folded))

/** The key of what an acronym abbreviates. */
const longFormKeyOf = ({ acronyms }: Usage, text: string): string =>
  phraseKey(acronyms.longForms.get(text.replace(/s$/, '')) ?? '')

/** The known terms in a text, and its acronyms that have a long form. */
function* termsIn(usage: Usage, { text, tokens }: WordIndex): Generator<PaperPhrase> {
  for (const [from, first] of tokens.entries()) {
    const acronym = acronymOf(first.folded)
    if (acronym && usage.acronyms.longForms.has(acronym)) yield phraseOf(text, [first])
    if (isStopWord(first.folded)) continue
    const keys: string[] = []
    let small = 0
    for (let at = from; at < tokens.length && keys.length < MAX_WORDS; at++) {
      const token = tokens[at]!
      if (at > from && !GAP.test(text.slice(tokens[at - 1]!.end, token.start))) break
      if (isStopWord(token.folded)) {
        if (++small > MAX_SMALL_WORDS) break
        continue
      }
      keys.push(token.key)
      if (keys.length > 1 && usage.terms.has(keys.join(' '))) yield phraseOf(text, tokens.slice(from, at + 1))
    }
  }
}

function phraseOf(text: string, tokens: readonly Token[]): PaperPhrase {
  const written = text.slice(tokens[0]!.start, tokens.at(-1)!.end)
  const keys = tokens.filter(({ folded }) => !isStopWord(folded)).map(({ key }) => key)
  return { keys, text: written.replace(/[\p{L}\p{N}]+/gu, toRunningText) }
}

/** A word that only begins a sentence or a title has one capital: LLM, PyTorch and 3D have more, or a digit; D is a name. */
const toRunningText = (word: string): string =>
  /\p{Lu}.*\p{Lu}|\p{N}|^\p{Lu}$/u.test(word) ? word : word.toLowerCase()
