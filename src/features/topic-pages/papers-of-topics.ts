import { addDays, dayOf } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import type { Archive } from '../../queries/archive.ts'
import { describeQuery } from '../../queries/language/describe-query.ts'
import { parseOrNull } from '../../queries/language/parse-query.ts'
import { mentionsRevised } from '../../queries/query.ts'
import { inSearchThread } from '../../search/in-search-thread.ts'
import { type FoundPaper, loadFoundPapers } from '../../search/loaded-papers.ts'
import { isReadingArchive, MAX_DAYS, openNewestArchive } from '../../search/open-archive.ts'

interface Asked {
  queries: readonly string[]
  /** How many papers of each. */
  most: number
}

/** The newest papers of a topic. */
export interface PapersOfTopic {
  /** "Papers with …"; null if the query cannot be read any more. */
  understood: string | null
  /** How many it matched in the last 30 days. */
  recent: number
  /** Newest first. */
  found: FoundPaper[]
}

interface PapersOfTopics {
  topics: PapersOfTopic[]
  /** Whether older papers were still being read into memory. */
  isReading: boolean
}

/** The newest papers that each query matches, in the order of the queries. */
export const papersOfTopics = inSearchThread(import.meta.url, 'papersOfTopics', findHere)

async function findHere(deps: Deps, { queries, most }: Asked): Promise<PapersOfTopics> {
  const archive = await openNewestArchive(deps)
  const isReading = isReadingArchive(deps)
  const from = addDays(dayOf(deps.clock.now()), 1 - MAX_DAYS)
  // Do not await until the ids of all are read: the archive may change.
  const matched = queries.map((query) => idsOf(archive, { query, most, from }))
  const topics: PapersOfTopic[] = []
  for (const one of matched) topics.push(one ? await loaded(deps, archive, one) : UNREADABLE)
  return { topics, isReading }
}

const UNREADABLE: PapersOfTopic = { understood: null, recent: 0, found: [] }

type Matched = NonNullable<ReturnType<typeof idsOf>>

/** Null if the query cannot be read any more. */
function idsOf(archive: Archive, { query, most, from }: { query: string; most: number; from: string }) {
  const tree = parseOrNull(query)
  if (!tree) return null
  const meaning = archive.meaningOf(tree)
  const all = archive.find(meaning)
  const byRevised = mentionsRevised(meaning)
  const recent = archive.attributesOf(all).filter(({ firstDay, revisedDay }) => {
    const day = byRevised ? (revisedDay ?? firstDay) : firstDay
    return day >= from
  })
  return { meaning, recent: recent.length, ids: archive.newest(all, { most, byRevised }) }
}

async function loaded(
  { db }: Deps,
  archive: Archive,
  { meaning, recent, ids }: Matched,
): Promise<PapersOfTopic> {
  const found = await loadFoundPapers(db, ids, { query: meaning, archive })
  return { understood: describeQuery(meaning), recent, found }
}
