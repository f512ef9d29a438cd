import type { Day } from '../../core/dates.ts'
import { dateWithYear } from '../../i18n/dates.ts'
import { shortNumber } from '../../i18n/numbers.ts'
import { counted, fill, listed, words } from '../../i18n/words.ts'
import { arxivUrl, doiUrl, type Paper, pdfUrl, votesUrl } from '../../papers/paper.ts'
import { paperPathOf } from '../../papers/paper-key.ts'
import { plainPaperOf } from '../../papers/plain-paper.ts'
import type { PageRun } from '../../papers/text/page-runs.ts'
import { shownName } from '../../queries/language/describe-query.ts'
import { beyondTitleText } from '../../queries/reasons/reason-text.ts'
import type { ShownPaper } from '../../queries/reasons/shown-paper.ts'
import { codeLink } from '../../subscribers/page-links.ts'
import { searchPath } from './search-paths.ts'
import { fittingTexts } from './text-width.ts'

export interface TextLink {
  text: string
  url: string
}

interface Fact {
  text: string
  url?: string | null
}

const SHOWN_AUTHORS = 3
/** The last line of a card on a desktop: the links, and the keywords that fit beside them. */
const FOOT_OF_CARD = { width: 672, fontSize: 14.5, gap: 17.6, most: 3 }
/** The least bar that is seen: 2 of 46 px. */
const MIN_SHARE = 4.4

interface ItemOptions {
  /** With the day of its listing. */
  dated?: boolean
  /** The most votes of a paper of the list, for the bar of its votes; without it there is no bar. */
  mostVotes?: number | null
}

/** A paper in a list. */
export function paperItem(paper: Paper, { dated = false, mostVotes = null }: ItemOptions = {}) {
  const { titleRuns, sentence, authors, organization, keywords } = plainPaperOf(paper)
  const facts = [...linksOf(paper), ...commentsOf(paper)]
  return {
    /** For what features add beside it. */
    whole: paper,
    path: paperPathOf(paper),
    title: titleRuns.flatMap(withWholeCompounds),
    authors: authorsOf(authors),
    firstAuthor: firstAuthorOf(authors),
    organization: organizationOf(organization),
    day: dated ? dayLink(paper.firstDay) : null,
    /** "PDF", "arXiv", "Code", "3 comments": only the last one may have no link. */
    facts,
    sentence: sentence ? [{ text: sentence, marked: false }] : [],
    votes:
      paper.votes === null
        ? null
        : { count: paper.votes, url: votesUrl(paper), share: shareOf(paper.votes, mostVotes) },
    keywords: fittingTexts(keywordLinks(keywords), facts, FOOT_OF_CARD),
  }
}

/** The width of a bar in percent, from the least that is seen; null without a bar. */
export const shareOf = (votes: number, most: number | null): number | null =>
  votes > 0 && most !== null && most > 0
    ? Math.max(MIN_SHARE, Math.min(100, Math.round((100 * votes) / most)))
    : null

// Up to 20 characters: longer ones do not fit a narrow screen.
const COMPOUND = /(?<![\p{L}\p{N}-])((?=\S{1,20}(?!\S))[\p{L}\p{N}]+(?:-[\p{L}\p{N}]+)+[:,?]?)/u

/** A short compound of a title does not break at its hyphen: Data-Centric. */
export const withWholeCompounds = (run: PageRun): (PageRun & { unbroken?: true })[] =>
  run.math
    ? [run]
    : run.text
        .split(COMPOUND)
        .flatMap((text, i) =>
          text ? [{ text, math: null, ...(i % 2 === 1 && { unbroken: true as const }) }] : [],
        )

/** A search result, with highlighted matches and why it matched. `mostVotes`: of the results. */
export const foundPaperItem = (paper: Paper, shown: ShownPaper, mostVotes: number | null = null) => ({
  ...paperItem(paper, { dated: true, mostVotes }),
  title: shown.title,
  sentence: shown.snippet,
  reason: beyondTitleText(shown),
})

/** "A, B, C +97"; four names are all shown. */
export function authorsOf(names: readonly string[], unnamed = 0): string {
  const others = names.length + unnamed - SHOWN_AUTHORS
  if (others < 2) return listed(names)
  return fill(words.paper.authorsAndMore, {
    authors: names.slice(0, SHOWN_AUTHORS).join(', '),
    count: others,
  })
}

/** "Hongyu Liu +9" */
const firstAuthorOf = (names: readonly string[]): string =>
  names.length > 1
    ? fill(words.paper.authorsAndMore, { authors: names[0]!, count: names.length - 1 })
    : (names[0] ?? '')

export const organizationOf = (name: string): TextLink | null =>
  name ? { text: name, url: fieldPath('org', name) } : null

export const keywordLinks = (keywords: readonly string[]): TextLink[] =>
  keywords.map((text) => ({ text, url: fieldPath('keyword', text) }))

export const dayLink = (day: Day): TextLink => ({ text: dateWithYear(day), url: `/papers/date/${day}` })

/** A search for a value of a field; the value cannot contain quotes. */
export const fieldPath = (field: 'author' | 'org' | 'keyword', value: string): string =>
  searchPath({ query: `${field}:${quoted(value)}` })

/** A phrase cannot contain quotes. */
export const quoted = (text: string): string => `"${text.replace(/["“”„]/g, '')}"`

/** Links to the paper on other sites. */
export function linksOf(paper: Paper): TextLink[] {
  // A feed's item without an identifier has its own page there.
  const hasId = Boolean(paper.arxivId ?? paper.doi)
  const all: Fact[] = [
    { text: words.paper.pdf, url: pdfUrl(paper) },
    { text: words.paper.arxiv, url: arxivUrl(paper) },
    { text: fill(words.paper.doi, { doi: paper.doi ?? '' }), url: paper.arxivId ? null : doiUrl(paper) },
    { text: codeText(paper), url: codeLink(paper.codeUrl) },
    { text: hasId ? words.paper.project : words.paper.page, url: codeLink(paper.projectUrl) },
  ]
  return all.flatMap(({ text, url }) => (url ? [{ text, url }] : []))
}

const codeText = ({ codeStars }: Paper): string =>
  codeStars ? fill(words.paper.codeStars, { count: shortNumber(codeStars) }) : words.paper.code

export const commentsOf = (paper: Pick<Paper, 'arxivId' | 'votes' | 'comments'>): Fact[] =>
  paper.comments ? [{ text: counted(paper.comments, words.counts.comment), url: votesUrl(paper) }] : []

/**
 * A link to a paper that this site does not have, from its name in a path: on arXiv or through its DOI. Null for other
 * names.
 */
export function externalPaperLink(name: string): { path: string; text: string } | null {
  if (name.startsWith('id:')) return null
  const doi = /^doi:(.*)$/.exec(name)?.[1] ?? null
  const path = doiUrl({ doi }) ?? `https://arxiv.org/abs/${name}`
  const site = doi ? 'doi.org' : 'arXiv'
  return { path, text: fill(words.search.elsewhere, { name: shownName(name), site }) }
}
