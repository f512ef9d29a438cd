import { type Fault, FieldFaults } from '../../core/errors.ts'
import { longDate } from '../../i18n/dates.ts'
import { counted, fill, listed, words } from '../../i18n/words.ts'
import { truncateAtWord } from '../../mail/rendering/text.ts'
import { shownName } from '../../queries/language/describe-query.ts'
import { asSingleTopic } from '../../queries/language/edit-query.ts'
import type { Leaf } from '../../queries/query.ts'
import { type ShownPaper, toShownPaper } from '../../queries/reasons/shown-paper.ts'
import {
  type NamedQuery,
  type NothingFound,
  PAPERS_PER_PAGE,
  type SearchedArchive,
} from '../../search/search-archive.ts'
import { arxivLink } from '../../subscribers/links.ts'
import { type FaultsView, faultsView } from '../setting-fields.ts'
import {
  authorsOf,
  dayLink,
  externalPaperLink,
  foundPaperItem,
  organizationOf,
  type PaperItem,
} from './paper-view.ts'
import {
  type FacetView,
  facetViews,
  feedPath,
  type SearchParams,
  searchPath,
  subscribePath,
} from './search-paths.ts'

interface PageLink {
  path: string
  text: string
}

interface ResultsView {
  /** "312 papers" */
  count: string
  understood: string
  /** "Papers 21 to 40 of 312", and how far back the search looked. */
  notes: string[]
  orders: (PageLink & { chosen: boolean })[]
  facets: FacetView[]
  items: PaperItem[]
  pages: { text: string; previous: PageLink | null; next: PageLink | null } | null
  along: FollowSearchView | null
  /** Links to the papers of an author or organization of that name. */
  names: PageLink[]
  /** A link to a paper that is not on this site. */
  elsewhere: PageLink | null
  nothing: { hints: string[]; nearest: PaperItem[] } | null
}

/** An example of a query, and what it finds. */
interface SearchExample {
  query: string
  says: string
  path: string
}

/** The search page: an empty form, an error, or results. */
export interface SearchView extends FaultsView {
  query: string
  heading: string
  title: string
  canonical: string
  /** Search engines should not index results, since anyone can make such pages. */
  hidden: boolean
  results: ResultsView | null
  examples: SearchExample[]
}

const MAX_IN_TITLE_LENGTH = 60

/** An empty form with examples. */
export const emptySearch = (baseUrl: string): SearchView => ({
  ...faultsView([], undefined),
  query: '',
  heading: words.search.heading,
  title: words.search.heading,
  canonical: `${baseUrl}${searchPath({})}`,
  hidden: false,
  results: null,
  examples: searchExamples(),
})

/** The form with the typed query and why it was not searched; `reference` identifies our own fault in the log. */
export const searchOfFault = (
  baseUrl: string,
  { query, fault, reference }: { query: string; fault: Fault; reference: string | null },
): SearchView => ({
  ...emptySearch(baseUrl),
  ...faultsView(['q'], isOfQuery(fault) ? new FieldFaults([{ field: 'q', fault }]) : fault, reference),
  query,
  heading: headingOf(query),
  hidden: true,
})

const headingOf = (query: string): string =>
  query.trim() === ''
    ? words.search.heading
    : fill(words.search.headingOf, { query: truncateAtWord(query.trim(), MAX_IN_TITLE_LENGTH) })

const isOfQuery = ({ code }: Fault): boolean => code.startsWith('query.')

export function searchView(
  params: SearchParams,
  searched: SearchedArchive,
  baseUrl: string,
): SearchView & { results: ResultsView } {
  const count = searched.count === 0 ? words.day.none : counted(searched.count, words.counts.paper)
  const { query } = params
  const missing = searched.all === 0 && searched.tree.kind === 'paper' ? searched.tree.name : null
  return {
    ...emptySearch(baseUrl),
    query,
    heading: headingOf(query),
    title: fill(words.search.titleOf, { query: truncateAtWord(query.trim(), MAX_IN_TITLE_LENGTH), count }),
    canonical: `${baseUrl}${searchPath(params)}`,
    hidden: true,
    results: {
      count,
      understood: searched.understood,
      notes: notesOf(searched),
      orders: ordersOf(params),
      facets: facetViews(params, searched),
      items: searched.found.map(({ paper, reason, text }) =>
        foundPaperItem(paper, toShownPaper(paper, reason, text)),
      ),
      pages: pagesOf(params, searched),
      along: followSearchView(params, searched, baseUrl),
      names: namesView(searched),
      elsewhere: missing ? externalPaperLink(missing) : null,
      nothing: searched.count > 0 ? null : nothingView(searched),
    },
  }
}

/** Leaves out a name that would find the same papers. */
const namesView = ({ onlyNames, all, named }: SearchedArchive): PageLink[] =>
  (onlyNames === 0 ? [] : named.filter(({ papers }) => papers < all)).map(({ query, part, papers }) => ({
    path: searchPath({ query }),
    text: fill(words.search.onlyOf, { what: part, count: papers }),
  }))

function notesOf({ count, page, pages, found, backTo }: SearchedArchive): string[] {
  const first = (page - 1) * PAPERS_PER_PAGE + 1
  const isAll = count <= pages * PAPERS_PER_PAGE
  return [
    pages > 1 ? fill(words.day.range, { first, last: first + found.length - 1, count }) : '',
    isAll || page < pages ? '' : fill(words.search.lastPage, { shown: pages * PAPERS_PER_PAGE }),
    backTo ? fill(words.search.backTo, { day: longDate(backTo) }) : '',
  ].filter(Boolean)
}

const ordersOf = (params: SearchParams): ResultsView['orders'] =>
  (['best', 'newest'] as const).map((order) => ({
    text: words.search.orders[order],
    path: searchPath({ ...params, order, page: 1 }),
    chosen: order === params.order,
  }))

function pagesOf(params: SearchParams, { page, pages }: SearchedArchive): ResultsView['pages'] {
  if (pages < 2) return null
  const link = (number: number, text: string): PageLink | null =>
    number < 1 || number > pages ? null : { path: searchPath({ ...params, page: number }), text }
  return {
    text: fill(words.day.page, { page, pages }),
    previous: link(page - 1, words.day.previousPage),
    next: link(page + 1, words.day.nextPage),
  }
}

/** The nearest papers have only the data that a digest shows. */
function itemOf(paper: ShownPaper): PaperItem {
  const { path, title, snippet, reason, day, votes, authors, moreAuthors, organization = '' } = paper
  const arxiv = arxivLink(path)
  return {
    ...{ path, title, reason, sentence: snippet },
    authors: authorsOf(authors, moreAuthors),
    organization: organizationOf(organization),
    day: dayLink(day),
    votes: votes === null ? null : { count: votes, url: null },
    facts: arxiv ? [{ text: words.paper.arxiv, url: arxiv }] : [],
    keywords: [],
  }
}

function nothingView({ all, searched, nothing, tree }: SearchedArchive): ResultsView['nothing'] {
  const { noPapers, narrowedAway, notHere } = words.search
  if (all === 0 && tree.kind === 'paper')
    return { hints: [fill(notHere, { name: shownName(tree.name) })], nearest: [] }
  if (searched === 0) return { hints: [noPapers], nearest: [] }
  if (all > 0) {
    return { hints: [fill(narrowedAway, { papers: counted(all, words.counts.paper) })], nearest: [] }
  }
  return { hints: nothing ? whyNothing(nothing) : [], nearest: nothing?.nearest.map(itemOf) ?? [] }
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

const EXAMPLES = {
  words: 'linear attention',
  phrase: '"state space" OR mamba',
  not: 'diffusion -image',
  title: 'title:benchmark',
  author: 'author:"Albert Gu"',
  category: 'cat:cs.CL has:code',
  votes: 'agents votes>=20',
  paper: '2507.06457',
}

const searchExamples = (): SearchExample[] =>
  Object.entries(EXAMPLES).map(([kind, query]) => ({
    query,
    says: words.search.examples[kind as keyof typeof EXAMPLES],
    path: searchPath({ query }),
  }))

/** How to follow a search: by email, as a feed, and by a link to put on one's own page. */
interface FollowSearchView {
  /** "Mail me these" */
  mail: string
  /** The subscribe form with the search as a topic. */
  mailPath: string
  /** The full URL, for copying. */
  mailUrl: string
  feeds: { atom: string; json: string }
  /** How emails and feeds differ from the search. */
  notes: string[]
}

/** Null for a search that names one paper, and if no query expresses it as a topic. */
function followSearchView(
  { query: typed, selection }: SearchParams,
  {
    tree,
    count,
    all,
    onlyNames,
    named,
  }: Pick<SearchedArchive, 'tree' | 'count' | 'all' | 'onlyNames' | 'named'>,
  baseUrl: string,
): FollowSearchView | null {
  if (tree.kind === 'paper') return null
  const { category, month, withCode } = selection
  // Topics and feeds do not match names without a field, so a search that matched only as a name is followed as that
  // name.
  const name = onlyNames > 0 && onlyNames === all ? mostPapers(named) : undefined
  const query = name?.query ?? typed
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
    mailUrl: `${baseUrl}${mailPath}`,
    feeds: { atom: feedPath('xml', topic), json: feedPath('json', topic) },
    notes: [
      ...(name ? [fill(words.search.follows, { what: name.part })] : []),
      ...(onlyNames > 0 && !name ? [counted(onlyNames, words.search.onlyNames)] : []),
      ...(month === undefined ? [] : [words.search.withoutMonth]),
    ],
  }
}

const mostPapers = (named: readonly NamedQuery[]): NamedQuery | undefined =>
  named.toSorted((a, b) => b.papers - a.papers)[0]
