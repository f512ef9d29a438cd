import { setImmediate } from 'node:timers/promises'
import type { Database } from '../core/database/database.ts'
import { addDays, type Day } from '../core/dates.ts'
import { learnedTopics } from '../subscribers/vote.repo.ts'
import type { CandidatePage, CandidatePool } from './candidates.repo.ts'
import { type ComposeInput, compose, rankRequests, receivesSince } from './compose.ts'
import type { DigestDraft, Recipient } from './digest.repo.ts'
import { earlierDigests, lastHistoryPoints, papersShownTo } from './earlier-digest.repo.ts'
import { type EarlierDigest, eligibleSince, NO_REPEAT_DAYS } from './eligible-range.ts'
import type { Snapshot } from './sources-line.ts'

export interface ComposeDigestsInput {
  recipients: readonly Recipient[]
  localDate: Day
  /** The papers to consider; the pool may contain more. */
  snapshot: Snapshot
  pool: CandidatePool
  now: Date
}

/**
 * Composes the digest of each recipient for that date, in the recipients' order. Writes nothing. `page`: from `rankAhead`
 * for these recipients, or most of them.
 */
export async function composeDigests(
  db: Database,
  input: ComposeDigestsInput,
  page = input.pool.openPage(),
): Promise<DigestDraft[]> {
  const inputs = await readInputs(db, input)
  await rankTopicsOf(page, inputs)
  const composed: DigestDraft[] = []
  for (const [i, one] of inputs.entries()) {
    if (i % BATCH_SIZE === 0) await setImmediate()
    composed.push(compose(page, one))
  }
  return composed
}

/**
 * Ranks the topics of these recipients, for a transaction that composes their digests: it should not wait for the search
 * thread.
 */
export async function rankAhead(db: Database, input: ComposeDigestsInput): Promise<CandidatePage> {
  const page = input.pool.openPage()
  // What cannot be read here fails again when it is composed, then only for its own digest.
  const inputs = await readInputs(db, input).catch(() => [])
  await rankTopicsOf(page, inputs)
  return page
}

const rankTopicsOf = (page: CandidatePage, inputs: readonly ComposeInput[]): Promise<void> =>
  page.rank(inputs.flatMap((one) => rankRequests(page, one)))

async function readInputs(db: Database, input: ComposeDigestsInput): Promise<ComposeInput[]> {
  const { recipients, localDate, snapshot, pool, now } = input
  await pool.loadQueries(
    db,
    recipients.flatMap(({ topics }) => topics),
  )
  const mayGainMatches = recipients.filter(({ topics }) => pool.mayNewlyMatch(topics))
  const earlier = await loadEarlierDigests(db, input, mayGainMatches)
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

const idOf = ({ subscriberId }: Recipient): string => subscriberId

/** Includes papers shown weeks ago, so that a newer version does not repeat them. */
async function loadEarlierDigests(
  db: Database,
  { recipients, localDate, snapshot, pool: { candidates }, now }: ComposeDigestsInput,
  mayGainMatches: readonly Recipient[],
): Promise<Map<string, EarlierDigest[]>> {
  const since = eligibleSince(localDate, null)
  const earlier = await earlierDigests(db, {
    subscriberIds: recipients.map(idOf),
    lowest: candidates.lowestIdSince(since) ?? snapshot.maxPaperId + 1,
    since,
    now,
  })
  const shown = await papersShownTo(db, {
    subscriberIds: mayGainMatches.map(idOf),
    paperIds: [...candidates.firstListedBefore(since)],
    since: addDays(localDate, -NO_REPEAT_DAYS),
  })
  for (const [subscriberId, papers] of shown) {
    const digest = { fromPaper: 0, toPaper: 0, papers, bestDay: null, settled: true }
    earlier.set(subscriberId, [...(earlier.get(subscriberId) ?? []), digest])
  }
  return earlier
}
