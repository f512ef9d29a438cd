import { acronymOf, tokensOf, type WordForms, type WordIndex, type WordKind, wordKeyOf } from './tokens.ts'
import { partsOf } from './word-forms.ts'

/** One or more words of a query that a paper may write as one: for "vision-language", vision or visionlanguage. */
interface Run {
  key: string
  /** The other key of a single word: mueller for Müller. */
  also?: string | undefined
  /** The number of words of the query. */
  words: number
  fits(token: Pick<WordForms, 'folded'>): boolean
}

/** The words of one term of a query: for each word, the runs that start with it. */
export type Term = Run[][]

/** The longest run of words that a paper may write as one. */
const MAX_RUN_LENGTH = 4

export function termOf(text: string, kind: WordKind): Term {
  const words = tokensOf(text, kind).flatMap(({ folded, also }) => {
    const parts = kind === 'names' ? [folded] : partsOf(folded)
    return parts.map((part) => ({ part, also: parts.length === 1 ? also : undefined }))
  })
  return words.map(({ also }, from) =>
    words.slice(from, from + MAX_RUN_LENGTH).map((_, more) => {
      const run = words.slice(from, from + more + 1).map(({ part }) => part)
      return more === 0 && also !== undefined ? { ...runOf(run, kind), also } : runOf(run, kind)
    }),
  )
}

function runOf(words: string[], kind: WordKind): Run {
  const whole = words.join('')
  const run = { key: wordKeyOf(whole, kind), words: words.length }
  if (kind === 'names') return { ...run, fits: () => true }
  const [only] = words.length === 1 ? words.map(acronymOf) : []
  if (only) return { ...run, fits: ({ folded }) => folded === only || folded === `${only}s` }
  const acronyms = words.flatMap((word, i) => {
    const acronym = acronymOf(word)
    return acronym ? [{ acronym, at: words.slice(0, i).join('').length }] : []
  })
  return { ...run, fits: ({ folded }) => acronyms.every(({ acronym, at }) => folded.startsWith(acronym, at)) }
}

/** The positions of the first and the last word of each place at which the words of a term are adjacent. */
export function* occurrencesOf(
  term: Term,
  text: WordIndex,
): Generator<[first: number, last: number], undefined> {
  const starts = (term[0] ?? []).flatMap((run) => positionsOf(run, text))
  for (const start of [...new Set(starts)].sort((a, b) => a - b)) {
    const end = endOf(term, 0, text, start)
    if (end !== null) yield [start, end]
  }
}

/** The first of them; null if the words are never adjacent. */
export const firstOccurrence = (term: Term, text: WordIndex): [first: number, last: number] | null =>
  occurrencesOf(term, text).next().value ?? null

/** The range of an occurrence in the text, in UTF-16 units. */
export const rangeOf = (
  [first, last]: readonly [number, number],
  { tokens }: WordIndex,
): [start: number, end: number] => [tokens[first]!.start, tokens[last]!.end]

/** Where the words are, in no order. */
const positionsOf = ({ key, also }: Run, text: WordIndex): readonly number[] =>
  also === undefined ? text.positionsOf(key) : [...text.positionsOf(key), ...text.positionsOf(also)]

/** Whether a word of a text is what a run is written as. */
const isRun = ({ key, also, fits }: Run, token: WordForms): boolean =>
  ((key === token.key || key === token.also) && fits(token)) ||
  (also !== undefined && (also === token.key || also === token.also))

/** The position of the last word if the words from `word` on match the text from `position` on; otherwise null. */
function endOf(term: Term, word: number, text: WordIndex, position: number): number | null {
  const token = text.wordAt(position)
  if (!token) return null
  for (const run of term[word] ?? []) {
    if (!isRun(run, token)) continue
    const next = word + run.words
    if (next === term.length) return position
    const end = endOf(term, next, text, position + 1)
    if (end !== null) return end
  }
  return null
}

/** Whether the name contains each word of a term, in any order: Gu Albert is Albert Gu. */
export const matchesName = (term: Term, name: WordIndex): boolean =>
  term.length > 0 && term.every(([word]) => word !== undefined && positionsOf(word, name).length > 0)
