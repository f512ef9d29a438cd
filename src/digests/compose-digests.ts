import { setImmediate } from 'node:timers/promises'
import type { Database } from '../core/database/database.ts'
import { addDays, type Day } from '../core/dates.ts'
import { learnedTopics } from '../subscribers/vote.repo.ts'
import type { CandidatePage, CandidatePool } from './candidates.repo.ts'
import { type ComposeInput, compose, rankRequests, receivesSince } from './compose.ts'
import type { DigestDraft, NextDigest, Recipient } from './digest.repo.ts'
import { earlierDigests, lastHistoryPoints, papersShownTo } from './earlier-digest.repo.ts'
import { type EarlierDigest, eligibleSince, NO_REPEAT_DAYS } from './eligible-range.ts'
import type { Snapshot } from './sources-line.ts'
import type { RankRequest } from './topic-ranks.ts'

interface DigestsInput {
  localDate: Day
  /** The papers to consider; the pool may contain more. */
  snapshot: Snapshot
  pool: CandidatePool
  now: Date
}

export interface ComposeDigestsInput<R extends Recipient = Recipient> extends DigestsInput {
  recipients: readonly R[]
}

/** Composes the digest of each recipient for that date, in the recipients' order. Writes nothing. */
export async function composeDigests(db: Database, input: ComposeDigestsInput): Promise<DigestDraft[]> {
  const page = input.pool.openPage()
  await input.pool.loadGrades(topicsWithClose(input))
  const inputs = await readInputs(db, input)
  await page.rank(inputs.flatMap((one) => rankRequests(page, one)))
  return composeAll(page, inputs)
}

/**
 * Like composeDigests, for a transaction, which must not wait for the search thread: composes only digests whose ranks
 * `page` has. A recipient whose topics, votes or digests changed since they were read may need others.
 */
export async function composeRanked<R extends Recipient>(
  db: Database,
  input: ComposeDigestsInput<R>,
  page: CandidatePage,
): Promise<{ recipient: R; draft: DigestDraft }[]> {
  const inputs = await readInputs(db, input)
  const ranked = inputs.filter((one) => page.isRanked(rankRequests(page, one)))
  const drafts = await composeAll(page, ranked)
  return ranked.map(({ recipient }, i) => ({ recipient, draft: drafts[i]! }))
}

async function composeAll(page: CandidatePage, inputs: readonly ComposeInput[]): Promise<DigestDraft[]> {
  const drafts: DigestDraft[] = []
  for (const [i, one] of inputs.entries()) {
    if (i % BATCH_SIZE === 0) await setImmediate()
    drafts.push(compose(page, one))
  }
  return drafts
}

/** The ranks that these digests need. */
export async function readRankRequests(
  db: Database,
  input: DigestsInput & { recipients: readonly NextDigest[] },
): Promise<RankRequest[]> {
  const { recipients, localDate, snapshot, pool } = input
  await loadQueriesOf(db, input)
  await pool.loadGrades(topicsWithClose(input))
  // The others get no papers that come close, which depend on earlier digests and votes.
  const related = recipients.filter((recipient) => recipient.related).map(idOf)
  const earlier = await loadEarlierDigests(db, input, related)
  const learned = await learnedTopics(db, related)
  const { maxPaperId } = snapshot
  return recipients.flatMap((recipient) => {
    const known = { earlier: earlier.get(idOf(recipient)) ?? [], learned }
    return rankRequests(pool.candidates, { recipient, localDate, maxPaperId, ...known })
  })
}

/** The topics of those who want papers that come close. */
const topicsWithClose = ({ recipients }: { recipients: readonly Pick<NextDigest, 'related' | 'topics'>[] }) =>
  recipients.filter(({ related }) => related).flatMap(({ topics }) => topics)

async function readInputs<R extends Recipient>(
  db: Database,
  input: ComposeDigestsInput<R>,
): Promise<(ComposeInput & { recipient: R })[]> {
  const { recipients, localDate, snapshot, pool, now } = input
  await loadQueriesOf(db, input)
  const mayGainMatches = recipients.filter(({ topics }) => pool.mayNewlyMatch(topics))
  const earlier = await loadEarlierDigests(db, input, recipients.map(idOf))
  for (const [id, shown] of await loadShownPapers(db, input, mayGainMatches.map(idOf)))
    earlier.set(id, [...(earlier.get(id) ?? []), shown])
  const historyPoints = await lastHistoryPoints(db, {
    recipients: mayGainMatches.map((recipient) => ({ id: idOf(recipient), here: receivesSince(recipient) })),
    since: eligibleSince(localDate, null),
  })
  await pool.loadSnapshots(db, [...new Set([...historyPoints.values()].map(({ history }) => history))])
  const learned = await learnedTopics(db, recipients.map(idOf))
  return recipients.map((recipient) => {
    const id = idOf(recipient)
    const known = { earlier: earlier.get(id) ?? [], last: historyPoints.get(id), history: pool.history }
    return { recipient, localDate, ...known, learned, ...snapshot, now }
  })
}

/** Number of digests that are composed before the event loop serves pages and mail servers again. */
const BATCH_SIZE = 10

const idOf = ({ subscriberId }: Pick<Recipient, 'subscriberId'>): string => subscriberId

const loadQueriesOf = (
  db: Database,
  { recipients, pool }: { recipients: readonly Pick<NextDigest, 'topics'>[]; pool: CandidatePool },
): Promise<void> =>
  pool.loadQueries(
    db,
    recipients.flatMap(({ topics }) => topics),
  )

function loadEarlierDigests(
  db: Database,
  { localDate, snapshot, pool: { candidates }, now }: DigestsInput,
  subscriberIds: string[],
): Promise<Map<string, EarlierDigest[]>> {
  const since = eligibleSince(localDate, null)
  const lowest = candidates.lowestIdSince(since) ?? snapshot.maxPaperId + 1
  return earlierDigests(db, { subscriberIds, lowest, since, now })
}

/** Papers shown weeks ago, so that a newer version does not repeat them, as a digest that considered no others. */
async function loadShownPapers(
  db: Database,
  { localDate, pool: { candidates } }: DigestsInput,
  subscriberIds: string[],
): Promise<Map<string, EarlierDigest>> {
  const shown = await papersShownTo(db, {
    subscriberIds,
    paperIds: [...candidates.firstListedBefore(eligibleSince(localDate, null))],
    since: addDays(localDate, -NO_REPEAT_DAYS),
  })
  const toDigest = (papers: number[]) => ({ fromPaper: 0, toPaper: 0, papers, bestDay: null, settled: true })
  return new Map([...shown].map(([id, papers]) => [id, toDigest(papers)]))
}
