import { z } from 'zod'
import { count, day } from '../../operator/operations/fields.ts'
import type { Paper } from '../../papers/paper.ts'
import { paperNameOf, paperPathOf } from '../../papers/paper-key.ts'
import { plainPaperOf, plainTextsOf } from '../../papers/plain-paper.ts'
import { reasonText } from '../../queries/reasons/reason-text.ts'
import type { ShownPaper } from '../../queries/reasons/shown-paper.ts'
import { codeLink } from '../../subscribers/page-links.ts'

/** Some papers have thousands. */
const MAX_AUTHORS = 5
const MAX_AUTHORS_OF_ONE = 200
const MAX_KEYWORDS = 50
const MAX_ABSTRACT = 10_000

const common = {
  id: z.string().describe('The name to use in other tools, such as 2507.06457 or doi:10.1000/1'),
  title: z.string(),
  authors: z.array(z.string()),
  moreAuthors: count.describe('How many authors are left out'),
  day: day.describe('When a source first listed it (UTC)'),
  votes: count.nullable().describe('Null if no source gives votes'),
  page: z.string().describe('Its page on this site'),
  code: z.string().nullable(),
}

/** A paper in a list. */
export const listedPaper = z.object({
  ...common,
  sentence: z.string().describe('The paper in one sentence of its own; empty if none is clear by itself'),
  reason: z.string().nullable().describe('Why it is in the list; null in lists without a query'),
})

export const wholePaper = z.object({
  ...common,
  abstract: z.string(),
  categories: z.array(z.string()).describe('Of arXiv, primary first'),
  keywords: z.array(z.string()),
  organization: z.string().nullable(),
  comments: count.nullable(),
  published: z.string().nullable(),
  project: z.string().nullable(),
  bibtex: z.string().describe('The address of its citation; .ris and .csl.json exist too'),
})

export type ListedPaper = z.infer<typeof listedPaper>

interface SiteOfPapers {
  BASE_URL: string
}

export function jsonOfListed(site: SiteOfPapers, paper: Paper, reason: string | null = null): ListedPaper {
  const { title, sentence, authors } = plainPaperOf(paper)
  return { ...commonOf(site, paper, { title, authors, max: MAX_AUTHORS }), sentence, reason }
}

export function jsonOfWhole(site: SiteOfPapers, paper: Paper): z.infer<typeof wholePaper> {
  const { categories, comments, publishedAt } = paper
  const { title, abstract, authors, keywords, organization } = plainTextsOf(paper)
  const texts = { title, authors, max: MAX_AUTHORS_OF_ONE }
  return {
    ...commonOf(site, paper, texts),
    abstract: abstract.slice(0, MAX_ABSTRACT),
    categories,
    keywords: keywords.slice(0, MAX_KEYWORDS),
    organization: organization || null,
    comments,
    published: publishedAt?.toISOString() ?? null,
    project: codeLink(paper.projectUrl) ?? null,
    bibtex: `${site.BASE_URL}${paperPathOf(paper)}.bib`,
  }
}

function commonOf(
  { BASE_URL }: SiteOfPapers,
  paper: Paper,
  { title, authors, max }: { title: string; authors: readonly string[]; max: number },
) {
  return {
    id: paperNameOf(paper),
    title,
    authors: authors.slice(0, max),
    moreAuthors: Math.max(0, authors.length - max),
    day: paper.firstDay,
    votes: paper.votes,
    page: `${BASE_URL}${paperPathOf(paper)}`,
    code: codeLink(paper.codeUrl) ?? null,
  }
}

/** A paper as an email showed it, or as a list shows one that only comes close. */
export function jsonOfShown({ BASE_URL }: SiteOfPapers, paper: ShownPaper): ListedPaper {
  const textOf = (runs: ShownPaper['title']) => runs.map(({ text }) => text).join('')
  return {
    id: decodeURIComponent(paper.path.slice('/papers/'.length)),
    title: textOf(paper.title),
    authors: paper.authors,
    moreAuthors: paper.moreAuthors ?? 0,
    day: paper.day,
    votes: paper.votes,
    page: `${BASE_URL}${paper.path}`,
    code: codeLink(paper.codeUrl) ?? null,
    sentence: textOf(paper.snippet),
    reason: reasonText(paper) || null,
  }
}
