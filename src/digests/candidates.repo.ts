import type { Database } from '../core/database/database.ts'
import { addDays, type Day } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { memoize } from '../core/memoize.ts'
import { maxHistoryId, type PaperSnapshot, snapshotsAt } from '../papers/history.repo.ts'
import { papersInRange } from '../papers/paper.repo.ts'
import type { Paper } from '../papers/paper.ts'
import { Archive } from '../queries/archive.ts'
import { proposedName } from '../queries/language/topic-name.ts'
import { learnedModels } from '../queries/learned/learned-models.repo.ts'
import { PaperIndex, upsertYielding } from '../queries/matching/paper-index.ts'
import { meaningOf } from '../queries/meaning/meaning-of.ts'
import { NO_USAGE, type Usage } from '../queries/meaning/usage.ts'
import { readQueries } from '../queries/query.repo.ts'
import { isTimeDependent, type Query } from '../queries/query.ts'
import { type Candidates, candidatesFrom, rankNearMisses } from './candidates.ts'
import type { TopicQuery } from './digest.repo.ts'
import { RISING_DAYS } from './eligible-range.ts'
import { createMatcher, type Matcher, type NewMatchCause, newlyMatchingSince } from './matcher.ts'
import { readGrades, type TopicGrades } from './topic-grades.ts'
import { openTopicRanks, type TopicRanks } from './topic-ranks.ts'

export interface CandidatePool {
  /** Whether a subscriber has topics. If so, wait with `untilTopicsCanBeRanked` before `rank` of a page. */
  hasTopics: boolean
  candidates: Omit<Candidates, 'ranked' | 'closeTo'>
  /** The candidates for some digests, with the ranks of their topics: call `rank` before they are composed. */
  openPage(): CandidatePage
  /** Reads the queries of these topics that are not loaded yet. Call it before the candidates use them. */
  loadQueries(db: Database, topics: readonly TopicQuery[]): Promise<void>
  /** Reads the grades of papers near these topics that are not loaded yet. Call it before ranks, not in a transaction. */
  loadGrades(topics: readonly TopicQuery[]): Promise<void>
  /** Makes room: most queries belong to one subscriber. Call it while no page is composed. */
  forgetQueries(): void
  /** The highest id of the papers' history that is loaded. */
  history: number
  /** Reads the papers as of each of these history ids. Call it before `newlyMatching` with one of them. */
  loadSnapshots(db: Database, histories: readonly number[]): Promise<void>
  /** Whether one of these topics can newly match an earlier paper, through votes or newer versions. */
  mayNewlyMatch(topics: readonly TopicQuery[]): boolean
}

export type CandidatePage = Candidates & Pick<TopicRanks, 'rank' | 'isRanked'>

/** More than a digest shows, since another topic of the same subscriber may match some of them. */
const MAX_NEAR_MISSES = 12
/** Number of queries whose near misses are kept. */
const MAX_CACHED_QUERIES = 5000
/** Number of papers with words of a query, best first, that are examined in detail. */
const MAX_EXAMINED = 24

/** The papers up to the id `upTo` that were first listed on `since` or later. Does not wait for the search thread. */
export async function openCandidatePool(
  deps: Deps,
  { since, upTo }: { since: Day; upTo: number },
): Promise<CandidatePool> {
  const { db } = deps
  const { papers, history } = await papersWithHistory(db, { since, upTo })
  const hasTopics = await topicsInUse(db)
  const { archive, usage } = await openOwnArchive(db, papers, hasTopics)
  const queries = new Map<number, Query>()
  const matcher = createMatcher(papers, queries, archive)
  const to = papers.reduce<Day | undefined>((newest, { firstDay }) => laterOf(newest, firstDay), undefined)
  const openRanks = openTopicRanks(deps, { matcher, archive, queries, to })
  const { newlyMatching, loadSnapshots } = openSnapshots(matcher, queries)
  const nearMisses = memoize((queryId: number) => {
    const query = queries.get(queryId)
    if (!query) return []
    const near = matcher.near(query, MAX_EXAMINED)
    return rankNearMisses(query, { papers: near, texts: matcher.texts, limit: MAX_NEAR_MISSES })
  }, MAX_CACHED_QUERIES)
  const { gradesOf, loadGrades, forgetGrades } = openGrades(deps, since)
  const candidates = candidatesFrom(matcher, { nearMisses, newlyMatching, gradesOf })
  return {
    hasTopics,
    history,
    candidates,
    openPage: () => ({ ...candidates, ...openRanks() }),
    mayNewlyMatch: (topics) =>
      topics.some(({ queryId }) => {
        const query = queries.get(queryId)
        return query !== undefined && isTimeDependent(query)
      }),
    loadSnapshots,
    loadQueries: async (db, topics) => {
      const unknown = new Map(
        topics.flatMap(({ queryId, query }) => (queries.has(queryId) ? [] : [[queryId, query]])),
      )
      if (unknown.size === 0) return
      for (const [id, tree] of await readQueries(db, [...unknown.keys()])) {
        const text = unknown.get(id)
        if (text !== undefined) proposedName(text, tree)
        queries.set(id, meaningOrTree(tree, usage))
      }
    },
    loadGrades,
    forgetQueries: () => {
      queries.clear()
      forgetGrades()
    },
  }
}

/**
 * Of a topic that was loaded: a plan sees the same grades from its first page to its last, unless the query of the topic
 * changes. Topics with the same query may have different ones: subscribers can opt out.
 */
function openGrades(deps: Deps, since: Day) {
  const grades = new Map<number, { queryId: number; ofTopic: TopicGrades | undefined }>()
  return {
    gradesOf: (topicId: number) => grades.get(topicId)?.ofTopic,
    loadGrades: async (topics: readonly TopicQuery[]) => {
      const unknown = topics.filter(({ id, queryId }) => grades.get(id)?.queryId !== queryId)
      if (unknown.length === 0) return
      const found = await readGrades(deps, { topics: unknown, since })
      for (const { id, queryId } of unknown) grades.set(id, { queryId, ofTopic: found.get(id) })
    },
    forgetGrades: () => grades.clear(),
  }
}

/**
 * The papers of the planner, and how all papers use words. Vectors are for votes on topics. The search thread reads the
 * same models; if one is learned in between, what matches still agrees: it gets the meanings of queries from here.
 */
async function openOwnArchive(db: Database, papers: readonly Paper[], withVectors: boolean) {
  const { space, usage = NO_USAGE } = await learnedModels(db)
  const archive = new Archive(new PaperIndex())
  await upsertYielding(archive.index, papers)
  await archive.computeVectorsYielding(withVectors ? space : undefined)
  return { archive, usage }
}

const laterOf = (newest: Day | undefined, day: Day): Day => (newest && newest > day ? newest : day)

/** What the papers were at earlier points of their history, by its id. */
function openSnapshots({ papers, texts, matches }: Matcher, queries: ReadonlyMap<number, Query>) {
  const snapshots = new Map<number, Map<number, PaperSnapshot>>()
  const newMatches = memoize((key: string) => {
    const [queryId, history] = key.split(' ').map(Number) as [number, number]
    const query = queries.get(queryId)
    if (!query || !isTimeDependent(query)) return new Map<number, NewMatchCause>()
    const ids = matches(queryId).map((docId) => papers[docId]!.id)
    return newlyMatchingSince({ query, matches: ids, texts, before: snapshots.get(history)! })
  })
  return {
    newlyMatching: (queryId: number, history: number) => newMatches(`${queryId} ${history}`),
    loadSnapshots: async (db: Database, histories: readonly number[]): Promise<void> => {
      const unknown = histories.filter((history) => !snapshots.has(history))
      const moved = papers.filter(({ votes, revisedDay }) => votes !== null || revisedDay !== null)
      const paperIds = moved.map(({ id }) => id)
      for (const upTo of unknown) snapshots.set(upTo, await snapshotsAt(db, { paperIds, upTo }))
    },
  }
}

/** A damaged tree fails when it is matched, so that only its own topic is left out. */
function meaningOrTree(tree: Query, usage: Usage): Query {
  try {
    return meaningOf(tree, usage)
  } catch {
    return tree
  }
}

const MAX_READINGS = 5

/** The papers and the end of their history. Reads again if the history grew in the meantime. */
async function papersWithHistory(db: Database, { since, upTo }: { since: Day; upTo: number }) {
  const inUse = await turningInUse(db)
  const range = {
    firstDayFrom: inUse.votes ? addDays(since, -RISING_DAYS) : since,
    orRevisedFrom: inUse.revised ? since : undefined,
  }
  for (let left = MAX_READINGS; ; left--) {
    const history = await maxHistoryId(db)
    const papers = await papersInRange(db, { after: 0, upTo, ...range })
    if (left === 1 || (await maxHistoryId(db)) === history) return { papers, history }
  }
}

async function topicsInUse(db: Database): Promise<boolean> {
  return (await db.topic.findFirst({ select: { id: true } })) !== null
}

/** A report: whether topics use vote limits or newer versions: only then do papers older than two weeks count. */
async function turningInUse(db: Database): Promise<{ votes: boolean; revised: boolean }> {
  const [inUse] = await db.$queryRaw<{ votes: boolean; revised: boolean }[]>`
    select
      exists(select from query where jsonb_path_exists(tree, '$.** ? (@.kind == "votes")')) as votes,
      exists(select from query where jsonb_path_exists(tree, '$.** ? (@.kind == "revised")')) as revised`
  return inUse!
}
