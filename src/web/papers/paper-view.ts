import { cut } from '../../emails/line.ts'
import { codeLink } from '../../emails/links.ts'
import { pathOf } from '../../papers/identifiers.ts'
import type { Paper } from '../../papers/paper.ts'
import { type PageRun, pageRuns } from '../../papers/text/page-text.ts'
import { plainText } from '../../papers/text/plain-text.ts'
import type { Day } from '../../platform/dates.ts'
import { dateWithYear } from '../../words/dates.ts'
import { counted, fill, listed, words } from '../../words/words.ts'

export interface Fact {
  text: string
  url?: string
}

/** A paper as a list shows it: plain text, no TeX, but for the formulas of its title. */
export interface PaperItem {
  path: string
  title: string
  titleRuns: PageRun[]
  authors: string
  abstract: string
  isCut: boolean
  /** "41 votes", "arXiv": the last ones with links. */
  facts: Fact[]
}

/** A paper on its own page. */
export interface PaperPageView extends Omit<PaperItem, 'isCut' | 'abstract'> {
  abstractRuns: PageRun[]
  /** Where they are too many to stand in line; else null. */
  allAuthors: string | null
  /** On which it was first listed. */
  day: Day
  dayPath: string
  dayText: string
  categories: string
}

const SHOWN_AUTHORS = 3
const AUTHORS_IN_LINE = 15
const LEAD_LENGTH = 360

export function paperItem(paper: Paper): PaperItem {
  const abstract = plainText(paper.abstract)
  const lead = cut(abstract, LEAD_LENGTH)
  return {
    path: pathOf(paper),
    title: plainText(paper.title),
    titleRuns: pageRuns(paper.title),
    authors: firstAuthors(paper.authors.map(plainText)),
    abstract: lead,
    isCut: lead !== abstract,
    facts: factsOf(paper),
  }
}

export const paperPageView = (paper: Paper): PaperPageView => ({
  path: pathOf(paper),
  title: plainText(paper.title),
  titleRuns: pageRuns(paper.title),
  ...authorsOnPage(paper.authors.map(plainText)),
  abstractRuns: pageRuns(paper.abstract),
  facts: factsOf(paper),
  day: paper.firstDay,
  dayPath: `/papers/date/${paper.firstDay}`,
  dayText: dateWithYear(paper.firstDay),
  categories: paper.categories.join(', '),
})

const authorsOnPage = (names: string[]): Pick<PaperPageView, 'authors' | 'allAuthors'> =>
  names.length > AUTHORS_IN_LINE
    ? { authors: firstAuthors(names), allAuthors: listed(names) }
    : { authors: listed(names), allAuthors: null }

/** "A, B, C and 97 more"; one more is named as well. */
export function firstAuthors(names: string[]): string {
  const others = names.length - SHOWN_AUTHORS
  if (others < 2) return listed(names)
  return fill(words.paper.authorsAndMore, {
    authors: names.slice(0, SHOWN_AUTHORS).join(', '),
    count: others,
  })
}

/** Votes, comments, and where else it stands. */
export function factsOf({ votes, comments, arxivId, doi, codeUrl, projectUrl }: Paper): Fact[] {
  const code = codeLink(codeUrl)
  const project = codeLink(projectUrl)
  return [
    votes === null ? [] : { text: counted(votes, words.counts.vote) },
    comments ? { text: counted(comments, words.counts.comment) } : [],
    arxivId ? { text: `arXiv:${arxivId}`, url: `https://arxiv.org/abs/${arxivId}` } : [],
    doi && !arxivId ? { text: `doi:${doi}`, url: codeLink(`https://doi.org/${doi}`) } : [],
    code ? { text: words.paper.code, url: code } : [],
    project ? { text: words.paper.project, url: project } : [],
  ].flat()
}
