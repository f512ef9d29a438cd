import { type Fault, FieldFaults } from '../../core/errors.ts'
import { longDate } from '../../i18n/dates.ts'
import { counted, fill, listed, words } from '../../i18n/words.ts'
import { truncateAtWord } from '../../mail/rendering/text.ts'
import { votesUrl } from '../../papers/paper.ts'
import { shownName } from '../../queries/language/describe-query.ts'
import { asSingleTopic } from '../../queries/language/edit-query.ts'
import { mayBeForeign } from '../../queries/language/sentence-words.ts'
import { topicName } from '../../queries/language/topic-name.ts'
import { isTextLeaf, type Leaf, type Query, wantedLeaves } from '../../queries/query.ts'
import { reasonText } from '../../queries/reasons/reason-text.ts'
import { type ShownPaper, toShownPaper } from '../../queries/reasons/shown-paper.ts'
import { wordKindOf } from '../../queries/text/tokens.ts'
import { type ExampleQueries, NO_EXAMPLES } from '../../search/example-queries.ts'
import { type NothingFound, PAPERS_PER_PAGE, type SearchedArchive } from '../../search/search-archive.ts'
import { arxivLink, arxivPdfLink, codeLink } from '../../subscribers/page-links.ts'
import type { ListOnPage } from '../beside-list.ts'
import { faultsView } from '../setting-fields.ts'
import { pagesView } from './list-view.ts'
import { authorsOf, dayLink, externalPaperLink, foundPaperItem, organizationOf } from './paper-view.ts'
import { feedPath, type SearchParams, searchPath, subscribePath } from './search-paths.ts'
import { searchRail } from './search-rail.ts'

const MAX_IN_TITLE_LENGTH = 60

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

/** The field keeps what was typed, and everything else is about the query that was searched. */
export function searchView(typed: SearchParams, searched: SearchedArchive, baseUrl: string) {
  const { query, isCorrected } = searched
  const params = isCorrected ? { ...typed, query } : typed
  const results = resultsView(params, searched, baseUrl)
  const inTitle = { query: truncateAtWord(query.trim(), MAX_IN_TITLE_LENGTH), count: results.count }
  return {
    ...emptySearch(baseUrl),
    query: typed.query,
    results: { ...results, corrected: isCorrected ? correctedView(typed) : null },
    heading: topicName({ name: query, query }),
    title: fill(words.search.titleOf, inTitle),
    // Of a corrected search too, so that its picture and its link elsewhere are of what was searched.
    canonical: `${baseUrl}${searchPath(params)}`,
    hidden: true,
  }
}

const correctedView = (typed: SearchParams) => ({
  from: fill(words.search.correctedFrom, { query: typed.query.trim() }),
  text: fill(words.search.exact, { query: typed.query.trim() }),
  path: searchPath({ ...typed, exact: true, page: 1 }),
})

function resultsView(params: SearchParams, searched: SearchedArchive, baseUrl: string) {
  const none = searched.isReading ? words.search.noneYet : words.day.none
  const mostVotes = Math.max(0, ...searched.found.map(({ paper }) => paper.votes ?? 0))
  const missing = searched.all === 0 && searched.tree.kind === 'paper' ? searched.tree.name : null
  return {
    understood: searched.understood,
    whole: {
      kind: 'search',
      path: searchPath({ ...params, page: 1 }),
      papers: searched.count,
    } satisfies ListOnPage,
    count: searched.count === 0 ? none : counted(searched.count, words.counts.paper),
    notes: notesOf(searched),
    rail: searchRail(params, searched),
    items: searched.found.map(({ paper, reason }) =>
      foundPaperItem(paper, toShownPaper(paper, reason), mostVotes),
    ),
    pages: pagesView(searched, (page) => searchPath({ ...params, page })),
    along: followSearchView(params, searched, baseUrl),
    spelling: searched.spelling && {
      path: searchPath({ query: searched.spelling.query }),
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

/** How far back the search looked, and what it does not list. */
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
            share: null,
          },
    facts: links.flatMap(({ text, url }) => (url ? [{ text, url }] : [])),
    keywords: [],
  }
}

/** A sentence, which may be a link to what it says. */
interface Hint {
  text: string
  path?: string
}

function nothingView({ all, searched, nothing, close, tree }: SearchedArchive) {
  const { noPapers, narrowedAway, notHere } = words.search
  const hint = (text: string) => ({ hints: [{ text }] as Hint[], nearest: [] })
  if (all === 0 && tree.kind === 'paper') return hint(fill(notHere, { name: shownName(tree.name) }))
  if (searched === 0) return hint(noPapers)
  if (all > 0) return hint(fill(narrowedAway, { papers: counted(all, words.counts.paper) }))
  const nearest = close.length > 0 ? [] : (nothing?.nearest.map(itemOf) ?? [])
  return { hints: nothing ? [...whyNothing(nothing), ...languageHint(nothing, tree)] : [], nearest }
}

/** For words that look like another language if papers lack some of them. */
function languageHint({ absent }: NothingFound, tree: Query): Hint[] {
  const texts = wantedLeaves(tree).filter(isTextLeaf)
  const prose = texts.filter(({ field }) => wordKindOf(field) === 'prose').map(({ text }) => text)
  return absent.length > 0 && mayBeForeign(prose.join(' ')) ? [{ text: words.search.english }] : []
}

function whyNothing({ absent, sentence, without }: NothingFound): Hint[] {
  const { absent: noneHas, never, sentence: someWords, without: leftOut, allowed } = words.search
  const hints: Hint[] = []
  if (absent.length > 0) hints.push({ text: fill(noneHas, { parts: listed(absent, 'or') }) })
  else if (!without?.isUnwanted) hints.push({ text: never })
  // Both may find the same papers.
  if (sentence && sentence.papers !== without?.papers)
    hints.push({
      text: fill(someWords, { papers: counted(sentence.papers, words.counts.paper) }),
      path: searchPath({ query: sentence.query }),
    })
  if (without) {
    const { part, papers, query, isUnwanted } = without
    const text = fill(isUnwanted ? allowed : leftOut, { part, papers: counted(papers, words.counts.paper) })
    hints.push({ text, path: searchPath({ query }) })
  }
  return hints
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
    topic,
    mail: count > 0 ? words.search.mail : words.search.mailLater,
    mailPath,
    /** For copying. */
    mailUrl: `${baseUrl}${mailPath}`,
    feeds: { atom: feedPath('xml', topic), json: feedPath('json', topic) },
    /** In the order of the page. */
    copies: (['atom', 'json'] as const).map((format) => {
      const path = feedPath(format === 'atom' ? 'xml' : 'json', topic)
      return {
        path,
        text: words.search.feeds[format],
        url: `${baseUrl}${path}`,
        copy: fill(words.search.copyFeed, { format: words.search.feeds[format] }),
      }
    }),
    /** How emails and feeds differ from the search. */
    notes: month === undefined ? [] : [words.search.withoutMonth],
  }
}
