import { addDays, type Day, dayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import type { Archive } from '../queries/archive.ts'
import { extrasBudget, type TimeBudget, within } from '../queries/deadline.ts'
import { describeQuery } from '../queries/language/describe-query.ts'
import { parseQuery } from '../queries/language/parse-query.ts'
import { topicName } from '../queries/language/topic-name.ts'
import type { Bits } from '../queries/matching/bits.ts'
import { oldestFirst } from '../queries/matching/paper-index.ts'
import { mentionsRevised, type Query } from '../queries/query.ts'
import { closePapers } from '../queries/ranking/close-papers.ts'
import { bestMatches, nearMisses } from '../queries/ranking/rank-matches.ts'
import { topK } from '../queries/ranking/ranker.ts'
import type { ShownPaper } from '../queries/reasons/shown-paper.ts'
import { MAX_CLOSE } from './close-of-days.ts'
import { type FacetSelection, type Facets, narrowResults } from './facets.ts'
import { inSearchThread } from './in-search-thread.ts'
import { type FoundPaper, findNamedPaper, loadFoundPapers, loadPapers } from './loaded-papers.ts'
import { isReadingArchive, openNewestArchive } from './open-archive.ts'
import {
  type CountedQuery,
  type NamedQuery,
  type NarrowerQuery,
  namesIn,
  narrowerQueries,
  respelledQuery,
  sentenceQuery,
  type WithoutPart,
  withoutPart,
} from './other-queries.ts'

/** best: the most relevant papers first; newest: by the day of the first listing; votes: most votes first. */
export type SearchOrder = 'best' | 'newest' | 'votes'

export interface ArchiveSearch {
  query: string
  /** Search for the words as typed, even if no paper has one of them. */
  exact?: boolean
  order: SearchOrder
  selection: FacetSelection
  /** From 1. */
  page: number
  /** Without it, as many as a page of the site shows. */
  papersPerPage?: number
  /** How long the search for near misses may take, in milliseconds. */
  extrasMs?: number
}

/** Why nothing was found, what finds something, and the near misses. */
export interface NothingFound {
  /** The parts that no paper matches, in words. */
  absent: string[]
  /** The query with only some of its words required. */
  sentence: CountedQuery | null
  /** The query without one part. */
  without: WithoutPart | null
  nearest: ShownPaper[]
}

export interface SearchedArchive {
  /** The query that was searched: the typed one, or the corrected one. */
  query: string
  /** Parsed. */
  tree: Query
  /** Whether words that no paper contains were replaced by common ones that are spelled alike. */
  isCorrected: boolean
  /** The corrected query, if the search is for the typed words. */
  spelling: CountedQuery | null
  /** The query as a name, if papers have that name. */
  named: NamedQuery[]
  /** Queries that find some of the papers. */
  narrower: NarrowerQuery[]
  /** "Papers with …" */
  understood: string
  /** The papers of one page. */
  found: FoundPaper[]
  /** The number of papers on all pages, with and without filters. */
  count: number
  all: number
  page: number
  /** At least 1, and up to the number of pages that visitors can open. */
  pages: number
  facets: Facets
  /** The closest papers of the last 60 days that match nothing; only beside the best matches, without filters. */
  close: ShownPaper[]
  /** Null if something was found, if there are no papers, if papers are being read, and if it would take too long. */
  nothing: NothingFound | null
  /** The number of papers searched. */
  searched: number
  /** The oldest day searched; null if all papers were searched. */
  backTo: Day | null
  /** Whether older papers are still being read into memory, as in the first seconds after a start. */
  isReading: boolean
}

export const PAPERS_PER_PAGE = 20
/** With more pages than this, readers narrow the search or use the feed. */
const MAX_PAGES = 25
const NEAR = 24
const MAX_NEAR_MISSES = 3
const CLOSE_DAYS = 60
/** How many papers that come close are shown if nothing matches. */
const MAX_INSTEAD = 10

/** One page of a query's results among the papers in memory. Throws query.*, search.page. */
export const searchArchive = inSearchThread(import.meta.url, 'searchArchive', searchHere)

async function searchHere(deps: Deps, search: ArchiveSearch): Promise<SearchedArchive> {
  const typed = parseQuery(search.query)
  const archive = await openNewestArchive(deps)
  // Do not await from here on until the ids are read: the archive may change.
  const spelling = respelledQuery(archive, typed)
  const corrected = search.exact ? null : spelling
  const query = corrected?.query ?? search.query
  const tree = corrected?.tree ?? typed
  const wide = archive.meaningOf(tree)
  const all = archive.find(wide)
  const about = {
    query,
    tree,
    isCorrected: corrected !== null,
    spelling: spelling && !corrected ? { query: spelling.query, papers: spelling.papers } : null,
    named: namesIn(archive, tree),
    narrower: narrowerQueries(archive, tree, all),
    understood: describeQuery(wide),
    searched: archive.index.size,
    backTo: archive.backTo,
    isReading: isReadingArchive(deps),
  }
  const { left, facets } = narrowResults(archive, all, search.selection)
  const counts = { count: archive.count(left), all: archive.count(all) }
  const pages = Math.min(MAX_PAGES, Math.max(1, Math.ceil(counts.count / PAPERS_PER_PAGE)))
  if (search.page > pages) throw new Fault('search.page')
  const ids = pageOf(archive, wide, left, search)
  const named = counts.all === 0 ? await findNamedPaper(deps.db, tree) : []
  const isEmpty = counts.all === 0 && named.length === 0 && about.searched > 0
  const budget = extrasBudget(search.extrasMs)
  const isFirst = search.page === 1 && search.order === 'best' && Object.keys(search.selection).length === 0
  const close =
    isFirst && named.length === 0 ? await closeTo(deps, archive, wide, { query, budget, isEmpty }) : []
  const nothing =
    isEmpty && !about.isReading ? await nothingFound(deps, archive, { query, tree }, budget) : null
  return {
    ...about,
    facets,
    pages,
    page: search.page,
    close,
    nothing,
    found: counts.all === 0 ? named : await loadFoundPapers(deps.db, ids, { query: wide, archive }),
    count: counts.count + named.length,
    all: counts.all + named.length,
  }
}

function pageOf(archive: Archive, tree: Query, left: Bits, search: ArchiveSearch): number[] {
  const { order, page, papersPerPage = PAPERS_PER_PAGE } = search
  const most = page * papersPerPage
  return idsInOrder().slice(most - papersPerPage)

  function idsInOrder(): number[] {
    if (order === 'newest') return archive.newest(left, { most, byRevised: mentionsRevised(tree) })
    return order === 'votes' ? mostVotes(archive, left, most) : bestMatches(archive, tree, left, most)
  }
}

function mostVotes(archive: Archive, left: Bits, most: number): number[] {
  const papers = archive.attributesOf(left)
  const votes = (place: number) => papers[place]!.votes ?? -1
  const order = (a: number, b: number) => votes(b) - votes(a) || oldestFirst(papers[b]!, papers[a]!)
  return topK(papers.length, most, order).map((place) => papers[place]!.id)
}

/** Null if it takes too long: the page then says that nothing was found, without a reason. */
async function nothingFound(
  { db }: Deps,
  archive: Archive,
  asked: { query: string; tree: Query },
  budget: TimeBudget,
): Promise<NothingFound | null> {
  const meaning = archive.meaningOf(asked.tree)
  const near = within(budget, () => ({
    absent: archive.whyEmpty(meaning).absent,
    sentence: sentenceQuery(archive, asked),
    without: withoutPart(archive, asked.tree),
    nearIds: nearMisses(archive, meaning, { limit: NEAR }),
  }))
  if (!near) return null
  const { nearIds, ...found } = near.value
  const papers = await loadPapers(db, nearIds)
  const nearest = within(budget, () => papers.nearest(nearIds, meaning, MAX_NEAR_MISSES))
  return { ...found, nearest: nearest?.value ?? [] }
}

/** Empty if it takes too long. */
async function closeTo(
  { db, clock }: Deps,
  archive: Archive,
  meaning: Query,
  { query, budget, isEmpty }: { query: string; budget: TimeBudget; isEmpty: boolean },
): Promise<ShownPaper[]> {
  const from = addDays(dayOf(clock.now()), 1 - CLOSE_DAYS)
  const close = within(budget, () => closePapers(archive, meaning, { from }))
  const ids = close?.value.slice(0, isEmpty ? MAX_INSTEAD : MAX_CLOSE).map(({ id }) => id) ?? []
  if (ids.length === 0) return []
  const papers = await loadPapers(db, ids)
  const found = papers.close(ids, { name: topicName({ name: query, query }), meaning })
  return found.map(({ shown }) => shown)
}
