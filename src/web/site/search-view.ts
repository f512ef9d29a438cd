import type { Fault } from '../../core/errors.ts'
import { FieldFaults } from '../../core/field-faults.ts'
import { longDate } from '../../i18n/dates.ts'
import { counted, fill, listed, words } from '../../i18n/words.ts'
import { cut } from '../../mail/templates/line.ts'
import { shownName } from '../../queries/language/describe-query.ts'
import type { DigestPaper } from '../../queries/reasons/show-paper.ts'
import { showPaper } from '../../queries/reasons/show-paper.ts'
import { type NothingFound, PAPERS_ON_A_PAGE, type SearchedArchive } from '../../search/search-archive.ts'
import { arxivLink } from '../../subscribers/links.ts'
import { type FaultsView, faultsView } from '../faults-view.ts'
import { elsewhere } from './elsewhere.ts'
import { authorsOf, dayLink, foundItem, organizationOf, type PaperItem } from './paper-view.ts'
import { type SearchExample, searchExamples } from './search-examples.ts'
import { type FacetView, facetViews } from './search-facets.ts'
import { type AskedSearch, searchPath } from './search-paths.ts'
import { type TakeAlong, takeAlong } from './search-topic.ts'

interface PageLink {
  path: string
  text: string
}

export interface ResultsView {
  /** "312 papers" */
  count: string
  understood: string
  /** "Papers 21 to 40 of 312", and how far back was searched. */
  notes: string[]
  orders: (PageLink & { chosen: boolean })[]
  facets: FacetView[]
  items: PaperItem[]
  pages: { text: string; previous: PageLink | null; next: PageLink | null } | null
  along: TakeAlong | null
  /** To the papers of an author or organization of that name. */
  names: PageLink[]
  /** Where else a paper is that is not here. */
  elsewhere: PageLink | null
  nothing: { hints: string[]; nearest: PaperItem[] } | null
}

/** The page of the search: the field alone, what is wrong with what was typed, or results. */
export interface SearchView extends FaultsView {
  query: string
  heading: string
  title: string
  canonical: string
  /** Search engines are asked to keep out of results, which anybody can make. */
  hidden: boolean
  results: ResultsView | null
  examples: SearchExample[]
}

const MAX_IN_TITLE_LENGTH = 60

/** The field, and what can be typed there. */
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

/** The field with what was typed, and why nothing was searched; `reference` is how the log knows a fault of ours. */
export const faultySearch = (
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
    : fill(words.search.headingOf, { query: cut(query.trim(), MAX_IN_TITLE_LENGTH) })

const isOfQuery = ({ code }: Fault): boolean => code.startsWith('query.')

export function searchView(
  asked: AskedSearch,
  searched: SearchedArchive,
  baseUrl: string,
): SearchView & { results: ResultsView } {
  const count = searched.count === 0 ? words.day.none : counted(searched.count, words.counts.paper)
  const { query } = asked
  const missing = searched.all === 0 && searched.tree.kind === 'paper' ? searched.tree.name : null
  return {
    ...emptySearch(baseUrl),
    query,
    heading: headingOf(query),
    title: fill(words.search.titleOf, { query: cut(query.trim(), MAX_IN_TITLE_LENGTH), count }),
    canonical: `${baseUrl}${searchPath(asked)}`,
    hidden: true,
    results: {
      count,
      understood: searched.understood,
      notes: notesOf(searched),
      orders: ordersOf(asked),
      facets: facetViews(asked, searched),
      items: searched.found.map(({ paper, reason, text }) =>
        foundItem(paper, showPaper(paper, reason, text)),
      ),
      pages: pagesOf(asked, searched),
      along: takeAlong(asked, searched, baseUrl),
      names: namesView(searched),
      elsewhere: missing ? elsewhere(missing) : null,
      nothing: searched.count > 0 ? null : nothingView(searched),
    },
  }
}

/** Without one that would find the same papers. */
const namesView = ({ onlyNames, all, named }: SearchedArchive): PageLink[] =>
  (onlyNames === 0 ? [] : named.filter(({ papers }) => papers < all)).map(({ query, part, papers }) => ({
    path: searchPath({ query }),
    text: fill(words.search.onlyOf, { what: part, count: papers }),
  }))

function notesOf({ count, page, pages, found, backTo }: SearchedArchive): string[] {
  const first = (page - 1) * PAPERS_ON_A_PAGE + 1
  const isAll = count <= pages * PAPERS_ON_A_PAGE
  return [
    pages > 1 ? fill(words.day.range, { first, last: first + found.length - 1, count }) : '',
    isAll || page < pages ? '' : fill(words.search.lastPage, { shown: pages * PAPERS_ON_A_PAGE }),
    backTo ? fill(words.search.backTo, { day: longDate(backTo) }) : '',
  ].filter(Boolean)
}

const ordersOf = (asked: AskedSearch): ResultsView['orders'] =>
  (['best', 'newest'] as const).map((order) => ({
    text: words.search.orders[order],
    path: searchPath({ ...asked, order, page: 1 }),
    chosen: order === asked.order,
  }))

function pagesOf(asked: AskedSearch, { page, pages }: SearchedArchive): ResultsView['pages'] {
  if (pages < 2) return null
  const link = (number: number, text: string): PageLink | null =>
    number < 1 || number > pages ? null : { path: searchPath({ ...asked, page: number }), text }
  return {
    text: fill(words.day.page, { page, pages }),
    previous: link(page - 1, words.day.previousPage),
    next: link(page + 1, words.day.nextPage),
  }
}

/** Of what is nearest only what digests hold is known. */
function itemOf(paper: DigestPaper): PaperItem {
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
