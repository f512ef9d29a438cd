import type { Day } from '../../core/dates.ts'
import type { Paper } from '../../papers/paper.ts'
import { paperNamesOf } from '../../papers/paper-key.ts'
import { plainText } from '../../papers/text/plain-text.ts'
import { type Token, tokensOf, type WordKind } from './tokens.ts'

/** A text with its tokens, and the positions of each key, ascending. */
export interface WordIndex {
  text: string
  tokens: Token[]
  positions: Map<string, number[]>
}

/** A paper prepared for queries: plain text, tokenized once. */
export interface PaperText {
  /** Its names in paths: "2507.06457", "doi:10.1000/1", "id:17". */
  names: readonly string[]
  title: WordIndex
  abstract: WordIndex
  authors: WordIndex[]
  keywords: WordIndex[]
  organization: WordIndex[]
  categories: string[]
  codeUrl: string | null
  votes: number | null
  /** The newest day on which it was listed as a newer version. */
  revisedDay: Day | null
  /** Listed only as a newer version; matches only queries for newer versions. */
  onlyRevised: boolean
}

export function toPaperText(paper: Paper): PaperText {
  return {
    names: paperNamesOf(paper),
    title: toWordIndex(plainText(paper.title), 'prose'),
    abstract: toWordIndex(plainText(paper.abstract), 'prose'),
    authors: paper.authors.map((name) => toWordIndex(plainText(name), 'names')),
    keywords: paper.keywords.map((keyword) => toWordIndex(plainText(keyword), 'prose')),
    organization: paper.organization ? [toWordIndex(plainText(paper.organization), 'names')] : [],
    categories: paper.categories,
    codeUrl: paper.codeUrl,
    votes: paper.votes,
    revisedDay: paper.revisedDay,
    onlyRevised: paper.onlyRevised,
  }
}

/** Tokenizes a text. */
export function toWordIndex(text: string, kind: WordKind): WordIndex {
  const tokens = tokensOf(text, kind)
  const positions = new Map<string, number[]>()
  for (const [position, { key }] of tokens.entries()) {
    const known = positions.get(key)
    if (known) known.push(position)
    else positions.set(key, [position])
  }
  return { text, tokens, positions }
}
