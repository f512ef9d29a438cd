import type { Deps } from '../core/deps.ts'
import { newestDigestWith } from '../digests/digest.repo.ts'
import { idsEver } from '../papers/merged-ids.repo.ts'
import { paperByName, papersById } from '../papers/paper.repo.ts'
import type { Paper } from '../papers/paper.ts'
import { parseOrNull } from '../queries/language/parse-query.ts'
import { chooseClose, MAX_STEP, minClosenessAt, nearPapersByDay } from '../queries/ranking/close-papers.ts'
import { papersWith, withinDays } from '../queries/ranking/phrase-papers.ts'
import { preferenceOf, votedStep } from '../queries/ranking/preference.ts'
import { toPaperText } from '../queries/text/tokens.ts'
import { closestOfEachDay } from '../search/close-of-days.ts'
import { forHolder, forVisitorIfFree, type Searcher } from '../search/for-visitor.ts'
import { inSearchThread } from '../search/in-search-thread.ts'
import { hasSubscription } from '../subscribers/subscriber.ts'
import {
  type LearnedTopic,
  learnedTopic,
  type StoredVote,
  type VoteKind,
  votesOf,
} from '../subscribers/vote.repo.ts'
import { offeredPhrases, profileOf, votedDays, voteOn, votesArchive } from './learn-topic.ts'
import { type MovedPaper, movedPapers } from './moved-papers.ts'
import { type LinkHolder, openLinkHolder, type ShownTopic } from './open-manage-page.ts'

interface OpenInput {
  token: string
  topicId: number
  /** The id of the paper from which the subscriber came. */
  paper: string
  searcher: Searcher
}

interface Opened {
  holder: LinkHolder
  topic: ShownTopic
  paper: Paper
  learned: LearnedTopic
  /** Their newest digest with the paper; null if no digest had it. */
  digest: { localDate: Date; messageId: string } | null
}

export interface OpenedVote extends Opened {
  kind: VoteKind
  /** Their vote on the paper under this topic. */
  vote: VoteKind | null
  /** What the paper is about, and the number of papers of the last days that say so too. */
  phrases: { text: string; papers: number }[]
  /** What the vote would have moved; empty if it was given, or too many people search. */
  moved: { place: MovedPaper; paper: Paper }[]
}

export interface OpenedStep extends Opened {
  /** 1 for more papers that come close, -1 for fewer. */
  by: 1 | -1
  /** False at the last step. */
  canStep: boolean
  /** How many came close in the last days, and how many would have one step further; null if that cannot be counted. */
  counts: { before: number; after: number } | null
}

/** The subscriber has no such topic, or gets no digests; or the paper does not exist. */
interface NotFound {
  holder: LinkHolder
  topic: null
}

// Both are read-only and throw link.*.

export async function openVote(
  deps: Deps,
  { kind, ...asked }: OpenInput & { kind: VoteKind },
): Promise<OpenedVote | NotFound> {
  const opened = await openPaperOfTopic(deps, asked)
  if (!opened.topic) return opened
  const { topic, paper, learned } = opened
  const about = { topic, paper, learned }
  const phrases = await phrasesWithCounts(forHolder(deps, opened.holder.subscriber.id), about)
  const votes = await votesOf(deps.db, topic.id)
  const vote = votes.find(({ paperId }) => paperId === paper.id)?.kind ?? null
  if (vote === kind) return { ...opened, kind, vote, phrases, moved: [] }
  const moved = await forVisitorIfFree(deps, asked.searcher, [], (deps) =>
    movedByVote(deps, { ...about, kind, votes }),
  )
  return { ...opened, kind, vote, phrases, moved: await withPapers(deps, moved) }
}

type AboutPaper = Pick<Opened, 'topic' | 'paper' | 'learned'>

const phrasesWithCounts = inSearchThread(
  import.meta.url,
  'phrasesWithCounts',
  async (deps, { paper, learned }: AboutPaper): Promise<OpenedVote['phrases']> => {
    const archive = await votesArchive(deps)
    const days = votedDays(deps.clock.now())
    return offeredPhrases(archive, toPaperText(paper), learned).map((phrase) => ({
      text: phrase,
      papers: withinDays(archive, papersWith(archive, phrase, []), days).length,
    }))
  },
)

/** What a vote would move, beside the given votes; nothing if the query cannot be read. */
const movedByVote = inSearchThread(
  import.meta.url,
  'movedByVote',
  async (
    deps,
    { topic, paper, learned, kind, votes }: AboutPaper & { kind: VoteKind; votes: readonly StoredVote[] },
  ): Promise<MovedPaper[]> => {
    const archive = await votesArchive(deps)
    const query = parseOrNull(topic.query)
    if (!query) return []
    const now = deps.clock.now()
    const given = voteOn(archive, topic, paper, { kind, at: now })
    const trial = [given, ...votes.filter(({ paperId }) => paperId !== paper.id)]
    const after = profileOf(archive, topic, { votes: trial, removed: learned.removed }, now)
    const steps = { before: learned.step + learned.votedStep, after: learned.step + votedStep(trial) }
    const days = votedDays(now)
    return movedPapers(archive, { query, days, kind, before: learned, after, steps, except: paper.id })
  },
)

export async function openStep(
  deps: Deps,
  { by, ...asked }: OpenInput & { by: 1 | -1 },
): Promise<OpenedStep | NotFound> {
  const opened = await openPaperOfTopic(deps, asked)
  if (!opened.topic) return opened
  const { topic, learned } = opened
  const canStep = Math.abs(learned.step + by) <= MAX_STEP
  if (!canStep) return { ...opened, by, canStep, counts: null }
  const counts = await forVisitorIfFree(deps, asked.searcher, null, (deps) =>
    countSteps(deps, { topic, learned, by }),
  )
  return { ...opened, by, canStep, counts }
}

/** Counts them as emails show them: at most three of a day. Null if the query cannot be read. */
const countSteps = inSearchThread(
  import.meta.url,
  'countSteps',
  async (
    deps,
    { topic, learned, by }: Pick<Opened, 'topic' | 'learned'> & { by: number },
  ): Promise<OpenedStep['counts']> => {
    const query = parseOrNull(topic.query)
    if (!query) return null
    const archive = await votesArchive(deps)
    const near = nearPapersByDay(archive, query, votedDays(deps.clock.now()))
    const preference = preferenceOf(archive, learned)
    const countAt = (step: number) => {
      const close = chooseClose(near, { minCloseness: minClosenessAt(step), preference })
      return closestOfEachDay(archive, close).length
    }
    const step = learned.step + learned.votedStep
    return { before: countAt(step), after: countAt(step + by) }
  },
)

async function openPaperOfTopic(
  deps: Deps,
  { token, topicId, paper: name }: OpenInput,
): Promise<Opened | NotFound> {
  const holder = await openLinkHolder(deps, { token })
  const topic = holder.topics.find(({ id }) => id === topicId)
  const paper = await paperByName(deps.db, name)
  if (!topic || !paper || !hasSubscription(holder.subscriber)) return { holder, topic: null }
  const learned = await learnedTopic(deps.db, topic.id)
  const digest = await newestDigestWith(deps.db, {
    subscriberId: holder.subscriber.id,
    paperIds: await idsEver(deps.db, paper.id),
  })
  return { holder, topic, paper, learned, digest }
}

async function withPapers({ db }: Deps, moved: readonly MovedPaper[]): Promise<OpenedVote['moved']> {
  const papers = await papersById(
    db,
    moved.map(({ id }) => id),
  )
  const byId = new Map(papers.map((paper) => [paper.id, paper]))
  return moved.flatMap((place) => {
    const paper = byId.get(place.id)
    return paper ? [{ place, paper }] : []
  })
}
