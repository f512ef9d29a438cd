import type { Database } from '../core/database/database.ts'
import { addDays, DAY_MS, dayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { papersById } from '../papers/paper.repo.ts'
import type { Paper } from '../papers/paper.ts'
import type { Archive, DayBounds } from '../queries/archive.ts'
import { parseOrNull } from '../queries/language/parse-query.ts'
import { evaluate } from '../queries/matching/evaluate.ts'
import { MAX_PHRASES_OF_PAPER, phraseKey, phrasesOfPaper } from '../queries/ranking/paper-phrases.ts'
import {
  learnPhrases,
  type Profile,
  profileFor,
  votedStep,
  voteWeight,
} from '../queries/ranking/preference.ts'
import { toUnitLength, type Vector } from '../queries/ranking/tf-idf.ts'
import { type PaperText, toPaperText } from '../queries/text/tokens.ts'
import { forHolder, unlessRefused } from '../search/for-visitor.ts'
import { inSearchThread } from '../search/in-search-thread.ts'
import { MAX_DAYS, openNewestArchive } from '../search/open-archive.ts'
import { lockSubscriber } from '../subscribers/subscriber.repo.ts'
import type { StoredTopic } from '../subscribers/topic.repo.ts'
import {
  type LearnedTopic,
  learnedTopic,
  type StoredVote,
  saveCloseness,
  saveLearnedTopic,
  saveUsual,
  type VoteKind,
  votesOf,
} from '../subscribers/vote.repo.ts'

/** The papers of `votedDays` with their vectors, and all others that have been read. Only in the search thread. */
export const votesArchive = (deps: Deps): Promise<Archive> => openNewestArchive(deps, { withVectors: true })

/** The days on whose papers votes are shown to act. */
export const votedDays = (now: Date): DayBounds => ({
  from: addDays(dayOf(now), 1 - MAX_DAYS),
  to: dayOf(now),
})

export interface NewVote {
  kind: VoteKind
  at: Date
  /** The phrases of the paper that the subscriber meant; undefined: all. */
  meant?: readonly string[]
}

/** A vote on a paper under a topic, as it is stored. */
export function voteOn(
  archive: Archive,
  topic: StoredTopic,
  paper: Paper,
  { kind, at, meant }: NewVote,
): StoredVote {
  const text = toPaperText(paper)
  const phrases = meantPhrases(archive, text, meant)
  return { paperId: paper.id, kind, at, close: doesMatch(archive, topic, text) === false, phrases }
}

/** A vote on a paper under a topic, as it is stored. */
export const readVote = inSearchThread(
  import.meta.url,
  'readVote',
  async (deps, { topic, paper, vote }: { topic: StoredTopic; paper: Paper; vote: NewVote }) =>
    voteOn(await votesArchive(deps), topic, paper, vote),
)

interface LibraryVotes {
  topics: readonly StoredTopic[]
  papers: readonly Paper[]
  at: Date
}

/** By topic id: "more" for each of the papers that the topic matches. */
export const readLibraryVotes = inSearchThread(
  import.meta.url,
  'readLibraryVotes',
  async (deps, { topics, papers, at }: LibraryVotes): Promise<Map<number, StoredVote[]>> => {
    const archive = await votesArchive(deps)
    const texts = papers.map((paper) => ({ paper, text: toPaperText(paper) }))
    const votesFor = (topic: StoredTopic) =>
      texts
        .filter(({ text }) => doesMatch(archive, topic, text))
        .map(
          ({ paper, text }): StoredVote => ({
            paperId: paper.id,
            kind: 'more',
            at,
            close: false,
            phrases: meantPhrases(archive, text),
          }),
        )
    return new Map(topics.map((topic) => [topic.id, votesFor(topic)]))
  },
)

/** Null if the query cannot be read. */
function doesMatch(archive: Archive, { query }: StoredTopic, text: PaperText): boolean | null {
  const tree = parseOrNull(query)
  return tree && evaluate(archive.meaningOf(tree), text) !== null
}

/** Those of a paper's phrases that the subscriber meant; without `meant`, all. */
function meantPhrases(archive: Archive, text: PaperText, meant?: readonly string[]): Vector {
  const offered = phrasesOfPaper(archive, text, MAX_PHRASES_OF_PAPER)
  return toUnitLength(new Map([...offered].filter(([phrase]) => meant?.includes(phrase) ?? true)))
}

/** The phrases of a paper that a vote under a topic may be about. */
export function offeredPhrases(archive: Archive, text: PaperText, { removed }: LearnedTopic): string[] {
  const isRemoved = new Set(removed.map(phraseKey))
  const phrases = phrasesOfPaper(archive, text, MAX_PHRASES_OF_PAPER)
  return [...phrases.keys()].filter((phrase) => !isRemoved.has(phraseKey(phrase)))
}

interface VotesOfTopic {
  votes: readonly StoredVote[]
  removed: readonly string[]
}

function phrasesOf({ votes, removed }: VotesOfTopic, now: Date): Vector {
  const weightOf = (at: Date) => voteWeight((now.getTime() - at.getTime()) / DAY_MS)
  return learnPhrases(
    votes.map((vote) => ({ ...vote, weight: weightOf(vote.at) })),
    removed,
  )
}

/** What votes on a topic would teach. */
export const profileOf = (archive: Archive, topic: StoredTopic, votes: VotesOfTopic, now: Date): Profile =>
  profileOfPhrases(archive, topic, phrasesOf(votes, now), now)

function profileOfPhrases(archive: Archive, topic: StoredTopic, phrases: Vector, now: Date): Profile {
  const query = parseOrNull(topic.query)
  return query ? profileFor(archive, { query, phrases, days: votedDays(now) }) : { phrases, usual: 0 }
}

/** Learns from all current votes on a topic, without the phrases that were removed; `learnUsual` belongs to it. */
export async function learnAgain(tx: Database, topicId: number, now: Date): Promise<void> {
  const { removed } = await learnedTopic(tx, topicId)
  const votes = await votesOf(tx, topicId)
  await saveLearnedTopic(tx, topicId, {
    phrases: phrasesOf({ votes, removed }, now),
    votedStep: votedStep(votes),
  })
}

/** How much the phrases of a topic prefer its usual papers. It reads many papers, so not in the transaction of a vote. */
export const learnUsual = inSearchThread(
  import.meta.url,
  'learnUsual',
  async (deps, topic: StoredTopic): Promise<void> => {
    const archive = await votesArchive(deps)
    const { phrases } = await learnedTopic(deps.db, topic.id)
    await saveUsual(deps.db, topic.id, profileOfPhrases(archive, topic, phrases, deps.clock.now()))
  },
)

interface PapersOfTopic {
  topic: StoredTopic
  papers: readonly Paper[]
}

/** The ids of those papers that a topic does not match; none if its query cannot be read. */
const notMatching = inSearchThread(
  import.meta.url,
  'notMatching',
  async (deps, { topic, papers }: PapersOfTopic): Promise<number[]> => {
    const archive = await votesArchive(deps)
    return papers
      .filter((paper) => doesMatch(archive, topic, toPaperText(paper)) === false)
      .map(({ id }) => id)
  },
)

/**
 * After an edit of topics: which of the papers with votes come close, and what is usual, by the new queries. The edit is
 * stored: what cannot be learned now is learned after the next one.
 */
export const learnForNewQueries = (
  deps: Deps,
  subscriberId: string,
  topics: readonly StoredTopic[],
): Promise<void> =>
  unlessRefused(async () => {
    for (const topic of topics) await learnForNewQuery(forHolder(deps, subscriberId), subscriberId, topic)
  })

async function learnForNewQuery(deps: Deps, subscriberId: string, topic: StoredTopic): Promise<void> {
  const votes = await votesOf(deps.db, topic.id)
  if (votes.length === 0) return
  const ids = votes.map(({ paperId }) => paperId)
  const close = await notMatching(deps, { topic, papers: await papersById(deps.db, ids) })
  await deps.db.$transaction(async (tx) => {
    await lockSubscriber(tx, subscriberId)
    await saveCloseness(tx, topic.id, close)
    await learnAgain(tx, topic.id, deps.clock.now())
  })
  await learnUsual(deps, topic)
}
