import type { Day } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { newestPapers, type PaperCursor, papersListedOn } from '../papers/paper.repo.ts'
import type { Paper } from '../papers/paper.ts'
import { checkDeadline } from '../queries/deadline.ts'
import { parseQuery } from '../queries/language/parse-query.ts'
import { meaningIn } from '../queries/learned/learned-models.repo.ts'
import { evaluate } from '../queries/matching/evaluate.ts'
import { oldestFirst } from '../queries/matching/paper-index.ts'
import { mentionsRevised, type Query } from '../queries/query.ts'
import { toPaperText } from '../queries/text/tokens.ts'
import { inSearchThread } from './in-search-thread.ts'
import { type FoundPaper, loadFoundPapers } from './loaded-papers.ts'
import { openNewestArchive } from './open-archive.ts'

interface SearchedPapers {
  found: FoundPaper[]
  /** The position for the next page; null if every paper was examined. */
  next: PaperCursor | null
}

interface SearchInput {
  /** In the query language. */
  query?: string
  /** Papers that a source listed on that day (UTC); as newer versions too if the query asks for them. */
  day?: Day
  after?: PaperCursor
  /** The largest number of papers to return. */
  limit: number
}

// Papers that are not in memory are matched one by one: up to this many for one response, the rest with the next one.
const MAX_EXAMINED = 1000
const BATCH_SIZE = 100

/**
 * Searches papers, the newest day of first listing first. With a query, a response may have few or no papers and still
 * have a next position. Throws query.*.
 */
export const searchPapers = (deps: Deps, { query, ...input }: SearchInput): Promise<SearchedPapers> =>
  query === undefined ? searchDatabase(deps, undefined, input) : searchByQuery(deps, { ...input, query })

const searchByQuery = inSearchThread(
  import.meta.url,
  'searchByQuery',
  async (deps, { query, ...input }: SearchInput & { query: string }): Promise<SearchedPapers> => {
    const meaning = await meaningIn(deps.db)
    const tree = meaning(parseQuery(query))
    const inMemory = input.day === undefined ? await searchMemory(deps, tree, input) : null
    return inMemory ?? searchDatabase(deps, tree, input)
  },
)

/** Null if memory does not contain every paper. */
async function searchMemory(
  deps: Deps,
  tree: Query,
  { after, limit }: SearchInput,
): Promise<SearchedPapers | null> {
  const archive = await openNewestArchive(deps)
  if (archive.backTo !== null) return null
  const all = archive.find(tree)
  const rest = after ? archive.filter(all, (paper) => oldestFirst(paper, after) < 0) : all
  const ids = archive.newest(rest, { most: limit + 1 })
  const last = ids.length > limit ? archive.index.attributes(archive.index.docIdOf(ids[limit - 1]!)!) : null
  return {
    found: await loadFoundPapers(deps.db, ids.slice(0, limit), { query: tree, archive }),
    next: last,
  }
}

async function searchDatabase(
  { db }: Deps,
  tree: Query | undefined,
  { day: listedOn, limit, ...input }: SearchInput,
): Promise<SearchedPapers> {
  const withRevised = tree !== undefined && mentionsRevised(tree)
  const found: FoundPaper[] = []
  let { after } = input
  for (let looked = 0; looked < MAX_EXAMINED; looked += BATCH_SIZE) {
    const pageSize = tree ? BATCH_SIZE : limit + 1
    const papers = await newestPapers(db, { after, listedOn, withRevised, limit: pageSize })
    for (const paper of papers) {
      if (found.length === limit) return { found, next: after ?? null }
      checkDeadline()
      after = paper
      const reason = tree ? evaluate(tree, toPaperText(paper)) : null
      if (!tree || reason) found.push({ paper, reason })
    }
    if (papers.length < pageSize) return { found, next: null }
  }
  return { found, next: after ?? null }
}

/**
 * The papers that a source listed on a day, most votes first. With a query, only those that match; newer versions only
 * if the query asks for them. Throws query.*.
 */
export const listPapers = inSearchThread(import.meta.url, 'listPapers', listHere)

async function listHere(deps: Deps, { day, query }: { day: Day; query?: string }): Promise<Paper[]> {
  const meaning = await meaningIn(deps.db)
  const tree = query === undefined ? undefined : meaning(parseQuery(query))
  const papers = await papersListedOn(deps.db, day, { withRevised: tree && mentionsRevised(tree) })
  return tree ? papers.filter((paper) => evaluate(tree, toPaperText(paper))) : papers
}
