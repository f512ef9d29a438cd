import { type Fault, FieldFaults } from '../../core/errors.ts'
import { longDate } from '../../i18n/dates.ts'
import { counted, fill, listed, words } from '../../i18n/words.ts'
import { truncateAtWord } from '../../mail/rendering/text.ts'
import { votesUrl } from '../../papers/paper.ts'
import { shownName } from '../../queries/language/describe-query.ts'
import { asSingleTopic } from '../../queries/language/edit-query.ts'
import type { Leaf } from '../../queries/query.ts'
import { reasonText } from '../../queries/reasons/reason-text.ts'
import { type ShownPaper, toShownPaper } from '../../queries/reasons/shown-paper.ts'
import { type ExampleKind, type ExampleQueries, NO_EXAMPLES } from '../../search/example-queries.ts'
import {
  type NamedQuery,
  type NothingFound,
  PAPERS_PER_PAGE,
  type SearchedArchive,
} from '../../search/search-archive.ts'
import { arxivLink, arxivPdfLink, codeLink } from '../../subscribers/page-links.ts'
import { faultsView } from '../setting-fields.ts'
import { pagesView } from './list-view.ts'
import { authorsOf, dayLink, externalPaperLink, foundPaperItem, organizationOf } from './paper-view.ts'
import { facetViews, feedPath, type SearchParams, searchPath, subscribePath } from './search-paths.ts'

const MAX_IN_TITLE_LENGTH = 60

/** Examples for the topics of the form to sign up. */
export const EXAMPLES = {
  words: 'linear attention',
  phrase: '"state space" OR mamba',
  not: 'diffusion -image',
  title: 'title:benchmark',
  author: 'author:"Albert Gu"',
  category: 'cat:cs.CL has:code',
  votes: 'agents votes>=20',
  paper: '2507.06457',
} satisfies Partial<Record<ExampleKind, string>>

/** The search page with an empty form. */
export const emptySearch = (baseUrl: string, examples = NO_EXAMPLES) => ({
  ...faultsView([], undefined),
  query: '',
  examples,
  heading: words.search.heading,
  title: words.search.heading,
  canonical: `${baseUrl}${searchPath({})}`,
  /** Search engines should not index results, since anyone can make such pages. */
  hidden: false,
  results: null as ReturnType<typeof resultsView> | null,
})

/** The form with the typed query and why it was not searched; `reference` identifies our own fault in the log. */
export const searchOfFault = (
  baseUrl: string,
  {
    query,
    fault,
    reference,
    examples,
  }: { query: string; fault: Fault; reference: string | null; examples: ExampleQueries },
) => ({
  ...emptySearch(baseUrl, examples),
  ...faultsView(['q'], isOfQuery(fault) ? new FieldFaults([{ field: 'q', fault }]) : fault, reference),
  query,
  heading: headingOf(query),
  hidden: true,
})

const headingOf = (query: string): string =>
  query.trim() === ''
    ? words.search.heading
    : fill(words.search.headingOf, { query: truncateAtWord(query.trim(), MAX_IN_TITLE_LENGTH) })

/** Whether the query is wrong, and not the search refused. */
export const isOfQuery = ({ code }: Fault): boolean => code.startsWith('query.')

export function searchView(params: SearchParams, searched: SearchedArchive, baseUrl: string) {
  const { query } = params
  const results = resultsView(params, searched, baseUrl)
  const inTitle = { query: truncateAtWord(query.trim(), MAX_IN_TITLE_LENGTH), count: results.count }
  return {
    ...emptySearch(baseUrl),
    query,
    results,
    heading: headingOf(query),
    title: fill(words.search.titleOf, inTitle),
    canonical: `${baseUrl}${searchPath(params)}`,
    hidden: true,
  }
}

function resultsView(params: SearchParams, searched: SearchedArchive, baseUrl: string) {
  const none = searched.isReading ? words.search.noneYet : words.day.none
  const missing = searched.all === 0 && searched.tree.kind === 'paper' ? searched.tree.name : null
  return {
    params,
    understood: searched.understood,
    count: searched.count === 0 ? none : counted(searched.count, words.counts.paper),
    notes: notesOf(searched),
    facets: facetViews(params, searched),
    items: searched.found.map(({ paper, reason }) => foundPaperItem(paper, toShownPaper(paper, reason))),
    pages: pagesView(searched, (page) => searchPath({ ...params, page })),
    along: followSearchView(params, searched, baseUrl),
    names: otherNames(searched),
    spelling: searched.spelling && {
      path: searchPath({ ...params, query: searched.spelling.query, page: 1 }),
      text: fill(words.search.didYouMean, {
        query: searched.spelling.query,
        papers: counted(searched.spelling.papers, words.counts.paper),
      }),
    },
    /** A link to a paper that is not on this site. */
    elsewhere: missing ? externalPaperLink(missing) : null,
    close: searched.close,
    nothing: searched.count > 0 ? null : nothingView(searched),
  }
}

/** The authors and organizations of that name; without a name that would find the same papers. */
const otherNames = ({ all, named }: SearchedArchive): NamedQuery[] =>
  named.filter(({ papers }) => papers < all)

/** "Papers 21 to 40 of 312", and how far back the search looked. */
function notesOf({ count, page, pages, found, backTo, isReading }: SearchedArchive): string[] {
  const first = (page - 1) * PAPERS_PER_PAGE + 1
  const isAll = count <= pages * PAPERS_PER_PAGE
  return [
    pages > 1 ? fill(words.day.range, { first, last: first + found.length - 1, count }) : '',
    isAll || page < pages ? '' : fill(words.search.lastPage, { shown: pages * PAPERS_PER_PAGE }),
    backTo ? fill(isReading ? words.search.reading : words.search.backTo, { day: longDate(backTo) }) : '',
  ].filter(Boolean)
}

/** The nearest papers have only the data that a digest shows. */
function itemOf(paper: ShownPaper) {
  const { path, title, snippet, day, votes, codeUrl, authors, moreAuthors, organization = '' } = paper
  const links = [
    { text: words.paper.pdf, url: arxivPdfLink(path) },
    { text: words.paper.arxiv, url: arxivLink(path) },
    { text: words.paper.code, url: codeLink(codeUrl) },
  ]
  return {
    path,
    title,
    reason: reasonText(paper),
    sentence: snippet,
    authors: authorsOf(authors, moreAuthors),
    organization: organizationOf(organization),
    day: dayLink(day),
    votes:
      votes === null
        ? null
        : {
            count: votes,
            url: votesUrl({ arxivId: arxivLink(path) ? path.replace('/papers/', '') : null, votes }),
          },
    facts: links.flatMap(({ text, url }) => (url ? [{ text, url }] : [])),
    keywords: [],
  }
}

function nothingView({ all, searched, nothing, close, tree }: SearchedArchive) {
  const { noPapers, narrowedAway, notHere } = words.search
  if (all === 0 && tree.kind === 'paper')
    return { hints: [fill(notHere, { name: shownName(tree.name) })], nearest: [] }
  if (searched === 0) return { hints: [noPapers], nearest: [] }
  if (all > 0) {
    return { hints: [fill(narrowedAway, { papers: counted(all, words.counts.paper) })], nearest: [] }
  }
  const nearest = close.length > 0 ? [] : (nothing?.nearest.map(itemOf) ?? [])
  return { hints: nothing ? whyNothing(nothing) : [], nearest }
}

function whyNothing({ absent, without }: NothingFound): string[] {
  const { absent: noneHas, never, without: leftOut, allowed } = words.search
  const why = absent.length > 0 ? fill(noneHas, { parts: listed(absent, 'or') }) : null
  const instead = without && {
    part: without.part,
    papers: counted(without.papers, words.counts.paper),
  }
  return [
    why ?? (without?.isUnwanted ? null : never),
    instead && fill(without.isUnwanted ? allowed : leftOut, instead),
  ].filter((sentence) => sentence !== null)
}

/**
 * How to follow a search: by email, as a feed, and by a link to put on one's own page. Null for a search that names one
 * paper, and if no query expresses it as a topic.
 */
function followSearchView(
  { query, selection }: SearchParams,
  { tree, count }: SearchedArchive,
  baseUrl: string,
) {
  if (tree.kind === 'paper') return null
  const { category, month, withCode } = selection
  const more: Leaf[] = [
    ...(category ? [{ kind: 'category', value: category } as const] : []),
    ...(withCode ? [{ kind: 'has-code' } as const] : []),
  ]
  const topic = asSingleTopic(query, more) ?? asSingleTopic(query)
  if (topic === null) return null
  const mailPath = subscribePath([topic])
  return {
    mail: count > 0 ? words.search.mail : words.search.mailLater,
    mailPath,
    /** For copying. */
    mailUrl: `${baseUrl}${mailPath}`,
    feeds: { atom: feedPath('xml', topic), json: feedPath('json', topic) },
    /** How emails and feeds differ from the search. */
    notes: month === undefined ? [] : [words.search.withoutMonth],
  }
}
