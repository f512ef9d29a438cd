import type { Database } from '../core/database/database.ts'
import type { Deps } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import { paperByName } from '../papers/paper.repo.ts'
import type { Paper } from '../papers/paper.ts'
import { MAX_STEP } from '../queries/ranking/close-papers.ts'
import { forHolder, unlessRefused } from '../search/for-visitor.ts'
import { requireSubscription } from '../subscribers/subscriber.ts'
import { type StoredTopic, storedTopicsOf } from '../subscribers/topic.repo.ts'
import {
  deleteVote,
  forgetTopic,
  learnedTopic,
  type StoredVote,
  saveLearnedTopic,
  saveVote,
  saveVotes,
  type VoteKind,
  votesOf,
} from '../subscribers/vote.repo.ts'
import { subscriberByManageLink, withHolder } from './find-subscriber.ts'
import { learnAgain, learnUsual, readLibraryVotes, readVote } from './learn-topic.ts'

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

/** A repeated vote counts once. Returns the earlier vote on the paper, or null. Throws paper.unknown. */
export async function giveVote(deps: Deps, token: string, given: GivenVote): Promise<VoteKind | null> {
  const { topicId, kind, meant } = given
  const { topics, holder } = await openHeldTopics(deps, token)
  const topic = topicIn(topics, topicId)
  const paper = await knownPaper(deps.db, given.paper)
  const vote = await readVote(forHolder(deps, holder), {
    topic,
    paper,
    vote: { kind, meant, at: deps.clock.now() },
  })
  return changeVotesOf(deps, token, given, async (tx) => {
    const earlier = (await votesOf(tx, topicId)).find(({ paperId }) => paperId === paper.id)
    await saveVote(tx, topicId, vote)
    return earlier?.kind ?? null
  })
}

/** Throws paper.unknown. */
export async function takeBackVote(
  deps: Deps,
  token: string,
  { topicId, paper }: OnTopic & { paper: string },
): Promise<void> {
  const { id: paperId } = await knownPaper(deps.db, paper)
  await changeVotesOf(deps, token, { topicId }, (tx) => deleteVote(tx, { topicId, paperId }))
}

/** "More" under each topic for the papers that it matches, unless they have a vote. Returns how many have one now. */
export async function voteForLibrary(deps: Deps, token: string, names: readonly string[]): Promise<number> {
  const { topics, holder } = await openHeldTopics(deps, token)
  const papers = await Promise.all(names.map((name) => knownPaper(deps.db, name)))
  const at = deps.clock.now()
  const ofTopic = await readLibraryVotes(forHolder(deps, holder), { topics, papers, at })
  const { voted, changed } = await changeVotes(deps, token, (tx, current) =>
    saveLibraryVotes(tx, current, ofTopic, at),
  )
  await learnAfterVotes(deps, holder, changed)
  return voted.size
}

async function saveLibraryVotes(
  tx: Database,
  topics: readonly StoredTopic[],
  ofTopic: ReadonlyMap<number, StoredVote[]>,
  now: Date,
) {
  const voted = new Set<number>()
  const changed: StoredTopic[] = []
  for (const topic of topics) {
    const votes = ofTopic.get(topic.id) ?? []
    const earlier = new Map((await votesOf(tx, topic.id)).map(({ paperId, kind }) => [paperId, kind]))
    for (const { paperId } of votes) if (earlier.get(paperId) !== 'less') voted.add(paperId)
    const fresh = votes.filter(({ paperId }) => !earlier.has(paperId))
    if (fresh.length === 0) continue
    await saveVotes(tx, topic.id, fresh)
    await learnAgain(tx, topic.id, now)
    changed.push(topic)
  }
  return { voted, changed }
}

/** Removes a phrase for good: later votes do not add it again. False if it was not learned; then nothing changes. */
export async function removePhrase(
  deps: Deps,
  token: string,
  { topicId, phrase }: OnTopic & { phrase: string },
): Promise<boolean> {
  return changeVotesOf(deps, token, { topicId }, async (tx) => {
    const { phrases, removed } = await learnedTopic(tx, topicId)
    if (!phrases.has(phrase)) return false
    await saveLearnedTopic(tx, topicId, { removed: [...removed, phrase] })
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

/** For what takes long, before the transaction. */
async function openHeldTopics(deps: Deps, token: string) {
  const subscriber = await subscriberByManageLink(deps, token)
  requireSubscription(subscriber)
  return { topics: await storedTopicsOf(deps.db, subscriber.id), holder: subscriber.id }
}

/** The vote is stored: what cannot be learned now is learned with the next one. */
const learnAfterVotes = (deps: Deps, holder: string, topics: readonly StoredTopic[]): Promise<void> =>
  unlessRefused(async () => {
    for (const topic of topics) await learnUsual(forHolder(deps, holder), topic)
  })

function topicIn(topics: readonly StoredTopic[], topicId: number): StoredTopic {
  const topic = topics.find(({ id }) => id === topicId)
  if (!topic) throw new Fault('topic.removed')
  return topic
}

/** Changes votes or phrases, and learns from them. */
async function changeVotesOf<T>(
  deps: Deps,
  token: string,
  { topicId }: OnTopic,
  work: (tx: Database) => Promise<T>,
): Promise<T> {
  const { done, topic, holder } = await changeTopic(deps, token, { topicId }, async (tx, topic, holder) => {
    const done = await work(tx)
    await learnAgain(tx, topicId, deps.clock.now())
    return { done, topic, holder }
  })
  await learnAfterVotes(deps, holder, [topic])
  return done
}

const changeTopic = <T>(
  deps: Deps,
  token: string,
  { topicId }: OnTopic,
  work: (tx: Database, topic: StoredTopic, holder: string) => Promise<T>,
): Promise<T> => changeVotes(deps, token, (tx, topics, holder) => work(tx, topicIn(topics, topicId), holder))

async function changeVotes<T>(
  deps: Deps,
  token: string,
  work: (tx: Database, topics: readonly StoredTopic[], holder: string) => Promise<T>,
): Promise<T> {
  const { id, done } = await withHolder(deps, 'manage', token, async ({ tx, subscriber }) => {
    requireSubscription(subscriber)
    return { id: subscriber.id, done: await work(tx, await storedTopicsOf(tx, subscriber.id), subscriber.id) }
  })
  deps.log.info('subscriber.changed', { subscriber: id, what: 'votes' })
  return done
}

async function knownPaper(db: Database, name: string): Promise<Paper> {
  const paper = await paperByName(db, name)
  if (!paper) throw new Fault('paper.unknown', { name: name.slice(0, 100) })
  return paper
}
