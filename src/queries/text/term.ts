import { acronymOf, type Token, tokensOf, type WordIndex, type WordKind, wordKeyOf } from './tokens.ts'

/** One or more words of a query that a paper may write as one: for "vision-language", vision or visionlanguage. */
interface Run {
  key: string
  /** The number of words of the query. */
  words: number
  fits(token: Pick<Token, 'folded'>): boolean
}

/** The words of one term of a query: for each word, the runs that start with it. */
export interface Term {
  runsFrom: Run[][]
}

/** The longest run of words that a paper may write as one. */
const MAX_RUN_LENGTH = 4

export function termOf(text: string, kind: WordKind): Term {
  const words = tokensOf(text, kind).map(({ folded }) => folded)
  const runsFrom = words.map((_, from) =>
    words
      .slice(from, from + MAX_RUN_LENGTH)
      .map((_, more) => runOf(words.slice(from, from + more + 1), kind)),
  )
  return { runsFrom }
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

/** The first range of the text in which the words of a term are adjacent, as [start, end); null if they never are. */
export function firstOccurrence(
  term: Term,
  { tokens, positions }: WordIndex,
): [start: number, end: number] | null {
  const starts: number[] = []
  for (const run of term.runsFrom[0] ?? []) starts.push(...(positions.get(run.key) ?? []))
  for (const start of starts.sort((a, b) => a - b)) {
    const end = endOf(term, 0, tokens, start)
    if (end !== null) return [tokens[start]?.start ?? 0, tokens[end]?.end ?? 0]
  }
  return null
}

/** The position of the last token if the words from `word` on match the tokens from `position` on; otherwise null. */
function endOf(term: Term, word: number, tokens: Token[], position: number): number | null {
  const token = tokens[position]
  if (!token) return null
  for (const run of term.runsFrom[word] ?? []) {
    if (run.key !== token.key || !run.fits(token)) continue
    const next = word + run.words
    if (next === term.runsFrom.length) return position
    const end = endOf(term, next, tokens, position + 1)
    if (end !== null) return end
  }
  return null
}

/** Whether the name contains each word of a term, in any order: Gu Albert is Albert Gu. */
export const matchesName = (term: Term, { positions }: WordIndex): boolean =>
  term.runsFrom.length > 0 && term.runsFrom.every(([word]) => word !== undefined && positions.has(word.key))
