import type { DatabaseOrTransaction } from '../core/database/database.ts'
import { addDays, type Day } from '../core/dates.ts'
import { newestHistory, type PaperStanding, standingsAt } from '../papers/history.repo.ts'
import { papersBetween } from '../papers/paper.repo.ts'
import { mayTurn } from '../queries/language/turning.ts'
import { PaperIndex } from '../queries/matching/paper-index.ts'
import { takeInTurns } from '../queries/matching/take-in-turns.ts'
import type { Query } from '../queries/query.ts'
import type { DigestTopic } from './digest.repo.ts'
import { matcherOver } from './matcher.ts'
import { rankNearest } from './nearest.ts'
import { RISES_BACK_DAYS } from './offer.ts'
import { readQueries } from './read-queries.repo.ts'
import { remembered } from './remembered.ts'
import { type Shelf, shelfOf } from './shelf.ts'
import { type Turn, turnedSince } from './turned.ts'

export interface OpenShelf {
  shelf: Shelf
  /** Reads the queries of these topics that are not known yet: the shelf can then be asked about them. */
  learn(db: DatabaseOrTransaction, topics: readonly DigestTopic[]): Promise<void>
  /** The highest id of the papers' history that it knows. */
  history: number
  /** Reads how the papers stood when their history ended at each of these ids: `turned` can then be asked about them. */
  lookBack(db: DatabaseOrTransaction, histories: readonly number[]): Promise<void>
  /** Whether time alone may make one of these topics match a paper that it did not match. */
  mayTurn(topics: readonly DigestTopic[]): boolean
}

/** Some more than are shown: another topic of the same subscriber may match them. */
const MAX_NEAR_MISSES = 12
/** So many queries' nearest papers are kept. */
const MAX_NEAR = 5000
/** Of so many that hold words of a query, best first, each is looked at closely. */
const MAX_EXAMINED = 24

/** The papers up to the id `upTo` that were first listed on `since` or later. */
export async function openShelf(
  db: DatabaseOrTransaction,
  { since, upTo }: { since: Day; upTo: number },
): Promise<OpenShelf> {
  const { papers, history } = await papersWithHistory(db, { since, upTo })
  const queries = new Map<number, Query>()
  const index = new PaperIndex()
  await takeInTurns(index, papers)
  const matcher = matcherOver(papers, queries, index)
  const { texts } = matcher
  const standings = new Map<number, Map<number, PaperStanding>>()
  const turned = remembered((place: string) => {
    const [queryId, then] = place.split(' ').map(Number) as [number, number]
    const query = queries.get(queryId)
    if (!query || !mayTurn(query)) return new Map<number, Turn>()
    const matches = matcher.matches(queryId).map((paper) => papers[paper]!.id)
    return turnedSince({ query, matches, texts, before: standings.get(then)! })
  })
  const nearest = remembered((queryId: number) => {
    const query = queries.get(queryId)
    if (!query) return []
    const pool = matcher.near(query, MAX_EXAMINED)
    return rankNearest({ papers: pool, texts, queries: [query], most: MAX_NEAR_MISSES })
  }, MAX_NEAR)
  return {
    history,
    shelf: shelfOf(matcher, { nearest, turned: (queryId, then) => turned(`${queryId} ${then}`) }),
    mayTurn: (topics) =>
      topics.some(({ queryId }) => {
        const query = queries.get(queryId)
        return query !== undefined && mayTurn(query)
      }),
    lookBack: async (db, histories) => {
      const unknown = histories.filter((history) => !standings.has(history))
      const moved = papers.filter(({ votes, revisedDay }) => votes !== null || revisedDay !== null)
      const paperIds = moved.map(({ id }) => id)
      for (const upTo of unknown) standings.set(upTo, await standingsAt(db, { paperIds, upTo }))
    },
    learn: async (db, topics) => {
      const unknown = new Set(topics.map(({ queryId }) => queryId).filter((id) => !queries.has(id)))
      if (unknown.size === 0) return
      for (const [id, tree] of await readQueries(db, [...unknown])) queries.set(id, tree)
    },
  }
}

const MAX_READINGS = 5

/** What is known of the papers, and up to where in their history: read once more where that went on meanwhile. */
async function papersWithHistory(db: DatabaseOrTransaction, { since, upTo }: { since: Day; upTo: number }) {
  const inUse = await turningInUse(db)
  const range = {
    firstDayFrom: inUse.votes ? addDays(since, -RISES_BACK_DAYS) : since,
    orRevisedFrom: inUse.revised ? since : undefined,
  }
  for (let left = MAX_READINGS; ; left--) {
    const history = await newestHistory(db)
    const papers = await papersBetween(db, { after: 0, upTo, ...range })
    if (left === 1 || (await newestHistory(db)) === history) return { papers, history }
  }
}

/** Whether a topic has a limit of votes, or asks for newer versions: only then papers beside those of two weeks count. */
async function turningInUse(db: DatabaseOrTransaction): Promise<{ votes: boolean; revised: boolean }> {
  const [inUse] = await db.$queryRaw<{ votes: boolean; revised: boolean }[]>`
    select
      exists(select from query where jsonb_path_exists(tree, '$.** ? (@.kind == "votes")')) as votes,
      exists(select from query where jsonb_path_exists(tree, '$.** ? (@.kind == "revised")')) as revised`
  return inUse!
}
