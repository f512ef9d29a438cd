import type { Day } from '../../core/dates.ts'
import { fill, words } from '../../i18n/words.ts'
import { pathOf } from '../../papers/identifiers.ts'
import type { Paper } from '../../papers/paper.ts'
import { type PaperSentence, sentenceOf } from '../../papers/sentence.ts'
import { plainText } from '../../papers/text/plain-text.ts'
import type { Match, Reason } from '../query.ts'
import { indexed, type PaperText } from '../text/paper-text.ts'
import { firstPlace, termOf } from '../text/term.ts'
import { markedRuns, type Place, type TextRun } from './marked-runs.ts'
import { reasonSentence } from './reason.ts'

/** A paper as a digest shows it: plain text (no TeX), as it stood when the digest was planned. */
export interface DigestPaper {
  id: number
  title: TextRun[]
  /** Path on the site: /papers/2507.06457 */
  path: string
  /** The first few: those that a mail names. */
  authors: string[]
  /** How many there are besides; absent where there are none. */
  moreAuthors?: number
  /** Absent where none is known. */
  organization?: string
  /** The paper in a sentence or two; empty where nothing is known. */
  snippet: TextRun[]
  /** The source made that sentence; otherwise it is the beginning of the abstract. */
  isSummary?: true
  /** "Matched: linear attention, in the title"; null for a subscriber without topics. */
  reason: string | null
  votes: number | null
  comments: number | null
  codeUrl: string | null
  day: Day
}

/** What of a paper is shown, without TeX. */
export interface PlainParts extends Pick<Paper, 'title' | 'abstract' | 'authors'>, PaperSentence {
  organization: string
}

/** `text`: of a paper that was cut into words, which made it plain already. */
export function plainParts(paper: Paper, text?: PaperText): PlainParts {
  const abstract = text?.abstract.text ?? plainText(paper.abstract)
  return {
    title: text?.title.text ?? plainText(paper.title),
    abstract,
    ...sentenceOf(paper, abstract),
    authors: (text?.authors.map((author) => author.text) ?? paper.authors.map(plainText)).filter(Boolean),
    organization: plainText(paper.organization ?? ''),
  }
}

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
    ...(plain.organization && { organization: plain.organization }),
    snippet: markedRuns(plain.sentence, placesInSentence(plain, reason)),
    ...(plain.isSummary && { isSummary: true }),
    reason: reason && reasonSentence(reason),
    votes: paper.votes,
    comments: paper.comments,
    codeUrl: paper.codeUrl,
    day: paper.firstDay,
  }
}

// An email names three, or all four. Some papers have thousands, and each digest keeps its own copy.
const MAX_AUTHORS = 4

function firstAuthors(names: readonly string[]): Pick<DigestPaper, 'authors' | 'moreAuthors'> {
  const authors = names.slice(0, MAX_AUTHORS)
  const moreAuthors = names.length - authors.length
  return { authors, ...(moreAuthors > 0 && { moreAuthors }) }
}

const placesIn = (part: 'title' | 'abstract', reason: Reason | null): Place[] =>
  reason?.matches.flatMap(({ where, at }) => (where === part && at ? [at] : [])) ?? []

/** Sentences of the abstract start where it does; a summary is no part of what is searched, so the terms are looked up in it. */
function placesInSentence({ sentence, isSummary }: PlainParts, reason: Reason | null): Place[] {
  if (!reason || !isSummary) return placesIn('abstract', reason)
  const summary = indexed(sentence, 'prose')
  return reason.matches
    .filter(({ where }) => IN_PROSE.has(where))
    .map(({ term }) => firstPlace(termOf(term, 'prose'), summary))
    .filter((place) => place !== null)
}

const IN_PROSE: ReadonlySet<Match['where']> = new Set(['title', 'abstract', 'keyword'])
