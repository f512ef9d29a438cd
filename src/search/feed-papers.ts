import { addDays, dayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { lastChangeOf, newestPapers } from '../papers/paper.repo.ts'
import type { Archive } from '../queries/archive.ts'
import { extrasBudget, within } from '../queries/deadline.ts'
import { describeQuery } from '../queries/language/describe-query.ts'
import { parseQuery } from '../queries/language/parse-query.ts'
import { topicName } from '../queries/language/topic-name.ts'
import { type Bits, newBits, setBit } from '../queries/matching/bits.ts'
import { mentionsRevised, type Query } from '../queries/query.ts'
import { closePapers } from '../queries/ranking/close-papers.ts'
import { closestOfEachDay } from './close-of-days.ts'
import { inSearchThread } from './in-search-thread.ts'
import { type FoundClose, type FoundPaper, loadFoundPapers, loadPapers } from './loaded-papers.ts'
import { isReadingArchive, MAX_DAYS, openNewestArchive } from './open-archive.ts'

export interface FeedPapers {
  /** Newest first. Without papers that come close if there is no query. */
  found: (FoundPaper | FoundClose)[]
  /** "Papers with …"; null without a query. */
  understood: string | null
  /** Whether newer versions count as news. */
  withRevised: boolean
  /** When one of these papers last changed; null without papers. */
  changedAt: Date | null
  /** Whether older papers were still being read into memory. */
  isReading: boolean
}

const MAX_PAPERS = 50
/** In addition, so that a query with few matches keeps them. */
const MAX_CLOSE_IN_FEED = 25

/** The newest papers, of a query or of all papers. Throws query.*. */
export const feedPapers = (deps: Deps, { query }: { query?: string }): Promise<FeedPapers> =>
  query === undefined ? newestOfAll(deps) : feedOfQuery(deps, query)

async function newestOfAll({ db }: Deps): Promise<FeedPapers> {
  const ids = (await newestPapers(db, { limit: MAX_PAPERS })).map(({ id }) => id)
  // Read the time before the papers: a change in between is then reported twice rather than missed.
  const changedAt = await lastChangeOf(db, ids)
  const found = await loadFoundPapers(db, ids, null)
  return { found, understood: null, withRevised: false, changedAt, isReading: false }
}

const feedOfQuery = inSearchThread(import.meta.url, 'feedOfQuery', newestOfQuery)

/** With up to three papers a day that come close. */
async function newestOfQuery(deps: Deps, text: string): Promise<FeedPapers> {
  const { db } = deps
  const archive = await openNewestArchive(deps)
  const isReading = isReadingArchive(deps)
  const query = archive.meaningOf(parseQuery(text))
  const closeIds = closeOf(deps, archive, query)
  const withRevised = mentionsRevised(query)
  const matching = archive.newest(archive.find(query), { most: MAX_PAPERS, byRevised: withRevised })
  const close = archive.newest(bitsOf(archive, closeIds), { most: MAX_CLOSE_IN_FEED })
  const ids = archive.newest(bitsOf(archive, [...matching, ...close]), { byRevised: withRevised })
  const changedAt = await lastChangeOf(db, ids)
  const topic = { name: topicName({ name: text, query: text }), meaning: query }
  const papers = await loadPapers(db, close)
  const loaded = [...(await loadFoundPapers(db, matching, { query, archive })), ...papers.close(close, topic)]
  const byId = new Map(loaded.map((one) => [one.paper.id, one]))
  return {
    found: ids.flatMap((id) => byId.get(id) ?? []),
    understood: describeQuery(query),
    withRevised,
    changedAt,
    isReading,
  }
}

function bitsOf({ index }: Archive, ids: readonly number[]): Bits {
  const bits = newBits(index.docCount)
  for (const id of ids) {
    const docId = index.docIdOf(id)
    if (docId !== undefined) setBit(bits, docId)
  }
  return bits
}

/** Of the last 30 days; none if finding them takes too long. */
function closeOf(deps: Deps, archive: Archive, query: Query): number[] {
  const today = dayOf(deps.clock.now())
  const days = { from: addDays(today, 1 - MAX_DAYS), to: today }
  const close = within(extrasBudget(), () => closePapers(archive, query, days))
  return closestOfEachDay(archive, close?.value ?? []).map(({ id }) => id)
}
