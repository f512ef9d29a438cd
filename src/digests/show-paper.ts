import type { Reason } from '../filters/query.ts'
import { reasonSentence } from '../filters/reasons/reason.ts'
import type { PaperText } from '../filters/text/paper-text.ts'
import { pathOf } from '../papers/identifiers.ts'
import type { Paper } from '../papers/paper.ts'
import { plainText } from '../papers/text/plain-text.ts'
import { fill, words } from '../words/words.ts'
import type { DigestPaper } from './digest-content.ts'
import { markedRuns, type Place, snippetOf } from './snippet.ts'

/** What of a paper is shown, without TeX. */
export type PlainParts = Pick<Paper, 'title' | 'abstract' | 'authors'>

/** `text`: of a paper that was cut into words, which made it plain already. */
export const plainParts = (paper: Paper, text?: PaperText): PlainParts => ({
  title: text?.title.text ?? plainText(paper.title),
  abstract: text?.abstract.text ?? plainText(paper.abstract),
  authors: (text?.authors.map((author) => author.text) ?? paper.authors.map(plainText)).filter(Boolean),
})

/** The same paper, naming the other topics that brought it. */
export const alsoUnder = (paper: DigestPaper, topics: readonly string[]): DigestPaper =>
  topics.length === 0
    ? paper
    : { ...paper, reason: fill(words.reason.also, { reason: paper.reason!, topics: topics.join(', ') }) }

/** A paper as a digest shows it. */
export const showPaper = (paper: Paper, reason: Reason | null, text?: PaperText): DigestPaper =>
  digestPaper(paper, plainParts(paper, text), reason)

/** The same, of parts that were made plain before. */
export function digestPaper(paper: Paper, plain: PlainParts, reason: Reason | null): DigestPaper {
  return {
    id: paper.id,
    title: markedRuns(plain.title, placesIn('title', reason)),
    path: pathOf(paper),
    ...firstAuthors(plain.authors),
    snippet: snippetOf(plain.abstract, placesIn('abstract', reason)),
    reason: reason && reasonSentence(reason),
    votes: paper.votes,
    comments: paper.comments,
    codeUrl: paper.codeUrl,
    day: paper.firstDay,
  }
}

// A mail names three, or four where those are all. Some papers have thousands, and each digest keeps its own copy.
const MOST_AUTHORS = 4

function firstAuthors(names: readonly string[]): Pick<DigestPaper, 'authors' | 'moreAuthors'> {
  const authors = names.slice(0, MOST_AUTHORS)
  const moreAuthors = names.length - authors.length
  return { authors, ...(moreAuthors > 0 && { moreAuthors }) }
}

const placesIn = (part: 'title' | 'abstract', reason: Reason | null): Place[] =>
  reason?.matches.flatMap(({ where, at }) => (where === part && at ? [at] : [])) ?? []
