import { shortDate } from '../i18n/dates.ts'
import { counted, fill, words } from '../i18n/words.ts'
import { oneLine, truncateAtWord, visibleText } from '../mail/templates/one-line.ts'
import type { TextRun } from '../queries/reasons/marked-runs.ts'
import type { ShownPaper } from '../queries/reasons/shown-paper.ts'
import { arxivLink, arxivPdfLink, codeLink, type Links } from '../subscribers/links.ts'

/**
 * How much of each paper is shown, in UTF-16 units at most; a sentence that is longer is left out whole. Without `body`,
 * its title and reason alone.
 */
export interface PaperDetail {
  title: number
  reason: number
  body?: { snippet: number }
}

/** A paper as the tags of the templates read it; an empty text is not shown. */
export interface PaperView {
  title: string
  url?: string
  reason: string
  /** "A, B, C and 97 more · Tencent Hunyuan" */
  authors: string
  snippet: TextRun[]
  snippetText: string
  /** The source made the sentence. */
  isSummary: boolean
  /** "41 votes", "Code": the last ones with links. */
  facts: { text: string; url?: string }[]
}

const FIRST_AUTHORS = 3
const MAX_AUTHOR_LENGTH = 60
const MAX_ORGANIZATION_LENGTH = 80

/** `dated`: says on which day it was listed. */
export function paperView(paper: ShownPaper, links: Links, detail: PaperDetail, dated: boolean): PaperView {
  const snippet = detail.body ? fittingRuns(paper.snippet, detail.body.snippet) : []
  return {
    title: paperTitle(paper, detail.title),
    url: links.paper(paper.path),
    reason: detail.reason > 0 ? truncateAtWord(oneLine(paper.reason ?? ''), detail.reason) : '',
    authors: detail.body ? byLine(paper) : '',
    snippet,
    snippetText: textOfRuns(snippet),
    isSummary: snippet.length > 0 && paper.isSummary === true,
    facts: detail.body ? factsOf(paper, dated) : [],
  }
}

export const paperTitle = (paper: ShownPaper, most: number): string =>
  truncateAtWord(textOfRuns(paper.title), most)

/** "A, B, C and 97 more · Tencent Hunyuan"; one more is named as well. */
const byLine = (paper: ShownPaper): string =>
  [authorsOf(paper), truncateAtWord(oneLine(paper.organization ?? ''), MAX_ORGANIZATION_LENGTH)]
    .filter(Boolean)
    .join(' · ')

function authorsOf({ authors, moreAuthors = 0 }: ShownPaper): string {
  const names = authors.map((author) => truncateAtWord(oneLine(author), MAX_AUTHOR_LENGTH)).filter(Boolean)
  const others = names.length + moreAuthors - FIRST_AUTHORS
  if (others <= 1) return names.join(', ')
  const first = names.slice(0, FIRST_AUTHORS).join(', ')
  return fill(words.emails.parts.authors, { names: first, count: others })
}

function factsOf({ votes, day, codeUrl, path }: ShownPaper, dated: boolean): PaperView['facts'] {
  const code = codeLink(codeUrl)
  const [pdf, arxiv] = [arxivPdfLink(path), arxivLink(path)]
  return [
    votes === null ? [] : { text: counted(votes, words.counts.vote) },
    dated ? { text: fill(words.emails.parts.listed, { date: shortDate(day) }) } : [],
    pdf ? { text: words.emails.parts.pdf, url: pdf } : [],
    arxiv ? { text: words.emails.parts.arxiv, url: arxiv } : [],
    code ? { text: words.emails.parts.code, url: code } : [],
  ].flat()
}

/** Runs as `oneLine` leaves them; none where they are longer than `most` together. */
export function fittingRuns(runs: TextRun[], most: number): TextRun[] {
  const shown = runs.map((run) => ({ ...run, text: visibleText(run.text) })).filter(({ text }) => text)
  return shown.reduce((length, { text }) => length + text.length, 0) > most ? [] : shown
}

const textOfRuns = (runs: TextRun[]): string => oneLine(runs.map((run) => run.text).join(''))
