import { cut } from '../emails/line.ts'
import { codeLink } from '../emails/links.ts'
import type { DayOfPapers } from '../flows/papers/show-papers.ts'
import { pathOf } from '../papers/identifiers.ts'
import type { Paper } from '../papers/paper.ts'
import { plainText } from '../papers/plain-text.ts'
import type { Day } from '../platform/dates.ts'
import { dateWithYear, longDate, weekdayDate } from '../words/dates.ts'
import { counted, listed, words } from '../words/words.ts'

interface Fact {
  text: string
  url?: string
}

/** A paper as a list shows it: plain text, no TeX. */
interface PaperItem {
  path: string
  title: string
  authors: string
  abstract: string
  isCut: boolean
  /** "41 votes", "arXiv": the last ones with links. */
  facts: Fact[]
}

/** A paper on its own page. */
export interface PaperPageView extends Omit<PaperItem, 'isCut'> {
  /** Where they are too many to stand in line; else null. */
  allAuthors: string | null
  dayPath: string
  dayText: string
  categories: string
}

interface DayLink {
  path: string
  text: string
}

/** A day's papers, and the ways to the days beside it. */
export interface DayView {
  day: Day
  /** "Tuesday, 24 November 2026" */
  text: string
  /** "Tue 24 Nov" */
  shortText: string
  count: string
  papers: PaperItem[]
  previous: DayLink | null
  next: DayLink | null
}

const SHOWN_AUTHORS = 3
const AUTHORS_IN_LINE = 15
const LEAD_LENGTH = 360

export function dayView({ day, papers, previous, next }: DayOfPapers): DayView {
  return {
    day,
    text: longDate(day),
    shortText: weekdayDate(day),
    count: counted(papers.length, words.counts.paper),
    papers: papers.map(paperItem),
    previous: previous === null ? null : dayLink(previous),
    next: next === null ? null : dayLink(next),
  }
}

function paperItem(paper: Paper): PaperItem {
  const abstract = plainText(paper.abstract)
  const lead = cut(abstract, LEAD_LENGTH)
  return {
    path: pathOf(paper),
    title: plainText(paper.title),
    authors: firstAuthors(paper.authors.map(plainText)),
    abstract: lead,
    isCut: lead !== abstract,
    facts: factsOf(paper),
  }
}

export const paperPageView = (paper: Paper): PaperPageView => ({
  path: pathOf(paper),
  title: plainText(paper.title),
  ...authorsOnPage(paper.authors.map(plainText)),
  abstract: plainText(paper.abstract),
  facts: factsOf(paper),
  dayPath: dayLink(paper.firstDay).path,
  dayText: dateWithYear(paper.firstDay),
  categories: paper.categories.join(', '),
})

const authorsOnPage = (names: string[]): Pick<PaperPageView, 'authors' | 'allAuthors'> =>
  names.length > AUTHORS_IN_LINE
    ? { authors: firstAuthors(names), allAuthors: listed(names) }
    : { authors: listed(names), allAuthors: null }

const dayLink = (day: Day): DayLink => ({ path: `/papers/date/${day}`, text: weekdayDate(day) })

/** "A, B, C and 97 more"; one more is named as well. */
function firstAuthors(names: string[]): string {
  const others = names.length - SHOWN_AUTHORS
  return others > 1 ? `${names.slice(0, SHOWN_AUTHORS).join(', ')} and ${others} more` : listed(names)
}

function factsOf({ votes, comments, arxivId, doi, codeUrl, projectUrl }: Paper): Fact[] {
  const code = codeLink(codeUrl)
  const project = codeLink(projectUrl)
  return [
    votes === null ? [] : { text: counted(votes, words.counts.vote) },
    comments ? { text: counted(comments, words.counts.comment) } : [],
    arxivId ? { text: `arXiv:${arxivId}`, url: `https://arxiv.org/abs/${arxivId}` } : [],
    doi && !arxivId ? { text: `doi:${doi}`, url: codeLink(`https://doi.org/${doi}`) } : [],
    code ? { text: 'Code', url: code } : [],
    project ? { text: 'Project page', url: project } : [],
  ].flat()
}
