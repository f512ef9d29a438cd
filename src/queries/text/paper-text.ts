import type { Day } from '../../core/dates.ts'
import { namesOf } from '../../papers/identifiers.ts'
import type { Paper } from '../../papers/paper.ts'
import { plainText } from '../../papers/text/plain-text.ts'
import { type Kind, type Token, tokensOf } from './tokens.ts'

/** A text with its words, and where each key stands among them, rising. */
export interface WordIndex {
  text: string
  tokens: Token[]
  places: Map<string, number[]>
}

/** A paper as queries see it: plain text, cut into words once. */
export interface PaperText {
  /** What it is called in paths: "2507.06457", "doi:10.1000/1", "id:17". */
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
  /** Never listed otherwise: for queries that ask for newer versions alone. */
  onlyRevised: boolean
}

export function readPaper(paper: Paper): PaperText {
  return {
    names: namesOf(paper),
    title: indexed(plainText(paper.title), 'prose'),
    abstract: indexed(plainText(paper.abstract), 'prose'),
    authors: paper.authors.map((name) => indexed(plainText(name), 'names')),
    keywords: paper.keywords.map((keyword) => indexed(plainText(keyword), 'prose')),
    organization: paper.organization ? [indexed(plainText(paper.organization), 'names')] : [],
    categories: paper.categories,
    codeUrl: paper.codeUrl,
    votes: paper.votes,
    revisedDay: paper.revisedDay,
    onlyRevised: paper.onlyRevised,
  }
}

/** A text cut into words. */
export function indexed(text: string, kind: Kind): WordIndex {
  const tokens = tokensOf(text, kind)
  const places = new Map<string, number[]>()
  for (const [place, { key }] of tokens.entries()) {
    const known = places.get(key)
    if (known) known.push(place)
    else places.set(key, [place])
  }
  return { text, tokens, places }
}
