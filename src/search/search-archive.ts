import { addDays, type Day, dayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import type { Archive } from '../queries/archive.ts'
import { extrasBudget, type TimeBudget, within } from '../queries/deadline.ts'
import { describePart, describeQuery } from '../queries/language/describe-query.ts'
import { parseQuery } from '../queries/language/parse-query.ts'
import { topicName } from '../queries/language/topic-name.ts'
import { writeTree } from '../queries/language/write-query.ts'
import type { Bits } from '../queries/matching/bits.ts'
import { isTextLeaf, mentionsRevised, type Query } from '../queries/query.ts'
import { closePapers } from '../queries/ranking/close-papers.ts'
import { bestMatches, nearMisses } from '../queries/ranking/rank-matches.ts'
import type { ShownPaper } from '../queries/reasons/shown-paper.ts'
import type { WhyEmpty } from '../queries/reasons/why-empty.ts'
import { readAsAuthor } from './back-test/variants.ts'
import { MAX_CLOSE } from './close-of-days.ts'
import { type FacetSelection, type Facets, narrowResults } from './facets.ts'
import { inSearchThread } from './in-search-thread.ts'
import { type FoundPaper, findNamedPaper, loadFoundPapers, loadPapers } from './loaded-papers.ts'
import { isReadingArchive, openNewestArchive } from './open-archive.ts'
import { respelled } from './spelling.ts'

/** best: the most relevant papers first; newest: by the day of the first listing. */
type SearchOrder = 'best' | 'newest'

export interface ArchiveSearch {
  query: string
  order: SearchOrder
  selection: FacetSelection
  /** From 1. */
  page: number
  /** How long the search for near misses may take, in milliseconds. */
  extrasMs?: number
}

/** Why nothing was found, and the near misses. */
export interface NothingFound extends WhyEmpty {
  nearest: ShownPaper[]
}

/** Words read as the name of an author or organization: author:"Songlin Yang". */
export interface NamedQuery {
  query: string
  /** "the author Songlin Yang" */
  part: string
  papers: number
}

export interface SearchedArchive {
  /** The parsed query. */
  tree: Query
  /** The query as a name, if papers have that name. */
  named: NamedQuery[]
  /** The query with the words that no paper contains spelled like common ones, if there are papers for it. */
  spelling: { query: string; papers: number } | null
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
  const tree = parseQuery(search.query)
  const archive = await openNewestArchive(deps)
  const wide = archive.meaningOf(tree)
  // Do not await from here on until the ids are read: the archive may change.
  const all = archive.find(wide)
  const names = namesIn(archive, tree)
  const spelling = spellingOf(archive, tree)
  const { left, facets } = narrowResults(archive, all, search.selection)
  const counts = { count: archive.count(left), all: archive.count(all) }
  const pages = Math.min(MAX_PAGES, Math.max(1, Math.ceil(counts.count / PAPERS_PER_PAGE)))
  if (search.page > pages) throw new Fault('search.page')
  const ids = pageOf(archive, wide, left, search)
  const about = {
    searched: archive.index.size,
    backTo: archive.backTo,
    isReading: isReadingArchive(deps),
  }
  const named = counts.all === 0 ? await findNamedPaper(deps.db, tree) : []
  const isEmpty = counts.all === 0 && named.length === 0 && about.searched > 0
  const budget = extrasBudget(search.extrasMs)
  const isFirst = search.page === 1 && search.order === 'best' && Object.keys(search.selection).length === 0
  const close =
    isFirst && named.length === 0 ? await closeTo(deps, archive, wide, { ...search, budget, isEmpty }) : []
  const nothing = isEmpty && !about.isReading ? await nothingFound(deps, archive, wide, budget) : null
  return {
    tree,
    named: names,
    spelling,
    understood: describeQuery(wide),
    facets,
    pages,
    page: search.page,
    close,
    nothing,
    ...about,
    found: counts.all === 0 ? named : await loadFoundPapers(deps.db, ids, { query: wide, archive }),
    count: counts.count + named.length,
    all: counts.all + named.length,
  }
}

function pageOf(archive: Archive, tree: Query, left: Bits, { order, page }: ArchiveSearch): number[] {
  const most = page * PAPERS_PER_PAGE
  const ids =
    order === 'newest'
      ? archive.newest(left, { most, byRevised: mentionsRevised(tree) })
      : bestMatches(archive, tree, left, most)
  return ids.slice(most - PAPERS_PER_PAGE)
}

/** Reads a query of plain words as the name of an author and of an organization, if papers have that name. */
function namesIn(archive: Archive, tree: Query): NamedQuery[] {
  const named: NamedQuery[] = []
  for (const { changed } of readAsAuthor(tree)) {
    if (!isTextLeaf(changed)) continue
    for (const field of ['author', 'org'] as const) {
      const name = { ...changed, field }
      const papers = archive.count(archive.find(name))
      const query = papers > 0 ? writeTree(name) : null
      if (query) named.push({ query, part: describePart(name), papers })
    }
  }
  return named
}

function spellingOf(archive: Archive, tree: Query): SearchedArchive['spelling'] {
  const changed = respelled(archive, tree)
  const query = changed && writeTree(changed)
  if (!changed || query === null) return null
  const papers = archive.count(archive.find(changed))
  return papers > 0 ? { query, papers } : null
}

/** Null if it takes too long: the page then says that nothing was found, without a reason. */
async function nothingFound(
  { db }: Deps,
  archive: Archive,
  tree: Query,
  budget: TimeBudget,
): Promise<NothingFound | null> {
  const near = within(budget, () => ({
    why: archive.whyEmpty(tree),
    nearIds: nearMisses(archive, tree, { limit: NEAR }),
  }))
  if (!near) return null
  const { why, nearIds } = near.value
  const papers = await loadPapers(db, nearIds)
  const nearest = within(budget, () => papers.nearest(nearIds, tree, MAX_NEAR_MISSES))
  return { ...why, nearest: nearest?.value ?? [] }
}

/** Empty if it takes too long. */
async function closeTo(
  { db, clock }: Deps,
  archive: Archive,
  meaning: Query,
  { query, budget, isEmpty }: ArchiveSearch & { budget: TimeBudget; isEmpty: boolean },
): Promise<ShownPaper[]> {
  const from = addDays(dayOf(clock.now()), 1 - CLOSE_DAYS)
  const close = within(budget, () => closePapers(archive, meaning, { from }))
  const ids = close?.value.slice(0, isEmpty ? MAX_INSTEAD : MAX_CLOSE).map(({ id }) => id) ?? []
  if (ids.length === 0) return []
  const papers = await loadPapers(db, ids)
  const found = papers.close(ids, { name: topicName({ name: query, query }), meaning })
  return found.map(({ shown }) => shown)
}
