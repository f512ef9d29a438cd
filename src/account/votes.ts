import type { Database } from '../core/database/database.ts'
import { addDays, DAY_MS, dayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import { paperByName } from '../papers/paper.repo.ts'
import type { Paper } from '../papers/paper.ts'
import type { Archive, DayBounds } from '../queries/archive.ts'
import { parseOrNull } from '../queries/language/parse-query.ts'
import { meaningIn } from '../queries/learned/learned-models.ts'
import { evaluate } from '../queries/matching/evaluate.ts'
import { MAX_STEP } from '../queries/ranking/close-papers.ts'
import { MAX_PHRASES_OF_PAPER, phraseKey, phrasesOfPaper } from '../queries/ranking/paper-phrases.ts'
import {
  learnPhrases,
  type Profile,
  profileFor,
  type Vote,
  votedStep,
  voteWeight,
} from '../queries/ranking/preference.ts'
import { toUnitLength, type Vector } from '../queries/ranking/tf-idf.ts'
import { type PaperText, toPaperText } from '../queries/text/tokens.ts'
import { MAX_DAYS, openArchive } from '../search/open-archive.ts'
import { runYielding } from '../search/yield-to-event-loop.ts'
import { requireSubscription } from '../subscribers/subscriber.ts'
import { type StoredTopic, storedTopicsOf } from '../subscribers/topic.repo.ts'
import {
  deleteVote,
  forgetTopic,
  type LearnedTopic,
  learnedTopic,
  saveLearnedTopic,
  saveVote,
  type VoteKind,
  votesOf,
} from '../subscribers/vote.repo.ts'
import { withHolder } from './find-subscriber.ts'

// Votes and steps by the holder of a manage link. They change the order of a topic's papers and which ones come close,
// so they are no change of the subscription. All functions throw link.*, subscriber.state, topic.removed.

interface OnTopic {
  topicId: number
}

interface GivenVote extends OnTopic {
  /** The id of the paper. */
  paper: string
  kind: VoteKind
  /** The phrases of the paper that they meant; undefined: all. */
  meant?: readonly string[]
}

/** A repeated vote counts once. Throws paper.unknown. */
export async function giveVote(deps: Deps, token: string, given: GivenVote): Promise<void> {
  const archive = await votesArchive(deps)
  return changeTopic(deps, token, given, async (tx, topic) => {
    const paper = await knownPaper(tx, given.paper)
    const matches = await matcherOf(deps, topic)
    const phrases = meantPhrases(archive, toPaperText(paper), given.meant)
    const { topicId, kind } = given
    const vote = { topicId, paperId: paper.id, kind, at: deps.clock.now(), phrases }
    await saveVote(tx, { ...vote, close: !matches(toPaperText(paper)) })
    await learnAgain(tx, topic, { archive, now: deps.clock.now() })
  })
}

/** Throws paper.unknown. */
export async function takeBackVote(
  deps: Deps,
  token: string,
  { topicId, paper }: OnTopic & { paper: string },
) {
  const archive = await votesArchive(deps)
  return changeTopic(deps, token, { topicId }, async (tx, topic) => {
    await deleteVote(tx, { topicId, paperId: (await knownPaper(tx, paper)).id })
    await learnAgain(tx, topic, { archive, now: deps.clock.now() })
  })
}

/** "More" under each topic for the papers that it matches, unless they have a vote. Returns how many have one now. */
export async function voteForLibrary(deps: Deps, token: string, papers: readonly string[]): Promise<number> {
  const archive = await votesArchive(deps)
  return changeVotes(deps, token, async (tx, topics) => {
    const now = deps.clock.now()
    const read = []
    for (const name of papers) {
      const { id, ...paper } = await knownPaper(tx, name)
      const text = toPaperText({ id, ...paper })
      read.push({ paperId: id, text, phrases: meantPhrases(archive, text) })
    }
    const voted = new Set<number>()
    for (const topic of topics) {
      const matches = await matcherOf(deps, topic)
      const earlier = new Map((await votesOf(tx, topic.id)).map((vote) => [vote.paperId, vote.kind]))
      for (const { text, ...vote } of read.filter(({ text }) => matches(text))) {
        if (earlier.get(vote.paperId) !== 'less') voted.add(vote.paperId)
        const isNew = !earlier.has(vote.paperId)
        if (isNew) await saveVote(tx, { topicId: topic.id, ...vote, kind: 'more', at: now, close: false })
      }
      await learnAgain(tx, topic, { archive, now })
    }
    return voted.size
  })
}

/** Removes a phrase for good, whatever is voted later. False if it was not learned; then nothing changes. */
export async function removePhrase(
  deps: Deps,
  token: string,
  { topicId, phrase }: OnTopic & { phrase: string },
): Promise<boolean> {
  const archive = await votesArchive(deps)
  return changeTopic(deps, token, { topicId }, async (tx, topic) => {
    const { phrases, removed } = await learnedTopic(tx, topic.id)
    if (!phrases.has(phrase)) return false
    await saveLearnedTopic(tx, topic.id, { removed: [...removed, phrase] })
    await learnAgain(tx, topic, { archive, now: deps.clock.now() })
    return true
  })
}

/** Deletes the votes of a topic and all that they and the buttons taught. */
export const forgetLearned = (deps: Deps, token: string, topic: OnTopic): Promise<void> =>
  changeTopic(deps, token, topic, async (tx, { id }) => {
    await forgetTopic(tx, id)
  })

/** Sets how many steps more or fewer papers come close, within the limits. Returns the step before. */
export const setStep = (
  deps: Deps,
  token: string,
  { topicId, step }: OnTopic & { step: number },
): Promise<number> =>
  changeTopic(deps, token, { topicId }, async (tx, { id }) => {
    const before = (await learnedTopic(tx, id)).step
    if (!Number.isInteger(step) || Math.abs(step) > MAX_STEP)
      throw new Fault('request.unreadable', { what: 'to' })
    await saveLearnedTopic(tx, id, { step })
    return before
  })

function changeTopic<T>(
  deps: Deps,
  token: string,
  { topicId }: OnTopic,
  work: (tx: Database, topic: StoredTopic) => Promise<T>,
): Promise<T> {
  return changeVotes(deps, token, (tx, topics) => {
    const topic = topics.find(({ id }) => id === topicId)
    if (!topic) throw new Fault('topic.removed')
    return work(tx, topic)
  })
}

async function changeVotes<T>(
  deps: Deps,
  token: string,
  work: (tx: Database, topics: readonly StoredTopic[]) => Promise<T>,
): Promise<T> {
  const { id, done } = await withHolder(deps, 'manage', token, async ({ tx, subscriber }) => {
    requireSubscription(subscriber)
    return { id: subscriber.id, done: await work(tx, await storedTopicsOf(tx, subscriber.id)) }
  })
  deps.log.info('subscriber.changed', { subscriber: id, what: 'profile' })
  return done
}

async function knownPaper(db: Database, name: string): Promise<Paper> {
  const paper = await paperByName(db, name)
  if (!paper) throw new Fault('paper.unknown', { name: name.slice(0, 100) })
  return paper
}

/** Whether the papers match a topic; true if its query cannot be read, so that no vote counts as one on a close paper. */
async function matcherOf({ db }: Deps, { query }: StoredTopic): Promise<(text: PaperText) => boolean> {
  const tree = parseOrNull(query)
  const meaning = tree && (await meaningIn(db))(tree)
  return (text) => meaning === null || evaluate(meaning, text) !== null
}

/** Those of a paper's phrases that the subscriber meant; without `meant`, all. */
export function meantPhrases(archive: Archive, text: PaperText, meant?: readonly string[]): Vector {
  const offered = phrasesOfPaper(archive, text, MAX_PHRASES_OF_PAPER)
  return toUnitLength(new Map([...offered].filter(([phrase]) => meant?.includes(phrase) ?? true)))
}

/** The phrases of a paper that a vote under a topic may be about. */
export function offeredPhrases(archive: Archive, text: PaperText, { removed }: LearnedTopic): string[] {
  const isRemoved = new Set(removed.map(phraseKey))
  const phrases = phrasesOfPaper(archive, text, MAX_PHRASES_OF_PAPER)
  return [...phrases.keys()].filter((phrase) => !isRemoved.has(phraseKey(phrase)))
}

interface Learning {
  archive: Archive
  now: Date
}

/** Learns from all current votes on a topic, without the phrases that were removed. */
async function learnAgain(tx: Database, topic: StoredTopic, learning: Learning): Promise<void> {
  const { removed } = await learnedTopic(tx, topic.id)
  const votes = await votesOf(tx, topic.id)
  const profile = await profileOf(topic, { votes, removed }, learning)
  await saveLearnedTopic(tx, topic.id, { ...profile, votedStep: votedStep(votes) })
}

type TimedVote = Omit<Vote, 'weight' | 'phrases'> & { at: Date; phrases: Vector }

/** What votes on a topic teach. */
export async function profileOf(
  topic: StoredTopic,
  { votes, removed }: { votes: readonly TimedVote[]; removed: readonly string[] },
  { archive, now }: Learning,
): Promise<Profile> {
  const weightOf = (at: Date) => voteWeight((now.getTime() - at.getTime()) / DAY_MS)
  const phrases = learnPhrases(
    votes.map(({ at, ...vote }) => ({ ...vote, weight: weightOf(at) })),
    removed,
  )
  const query = parseOrNull(topic.query)
  return query
    ? runYielding(profileFor(archive, { query, phrases, days: votedDays(now) }))
    : { phrases, usual: 0 }
}

/** The days on whose papers votes are shown to act. */
export const votedDays = (now: Date): DayBounds => ({
  from: addDays(dayOf(now), 1 - MAX_DAYS),
  to: dayOf(now),
})

/** What is close depends on the whole archive. */
export const votesArchive = (deps: Deps): Promise<Archive> => openArchive(deps, { withVectors: true })
