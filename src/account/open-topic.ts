import type { Deps } from '../core/deps.ts'
import { paperByName } from '../papers/paper.repo.ts'
import type { Paper } from '../papers/paper.ts'
import type { QueryEdit } from '../queries/language/edit-query.ts'
import { evaluate } from '../queries/matching/evaluate.ts'
import { type PaperText, toPaperText } from '../queries/text/paper-text.ts'
import { MAX_DAYS, recentWindow } from '../search/recent-window.ts'
import type { Searcher } from '../search/search-slot.ts'
import { isReadable } from '../subscribers/read-signup.ts'
import { hasSubscription } from '../subscribers/subscriber.ts'
import type { StoredTopic } from '../subscribers/topic.repo.ts'
import { type LinkHolder, openLinkHolder } from './open-manage-page.ts'
import { type PaperOfTopic, paperOfTopic } from './paper-of-topic.ts'
import { minVotesEdit } from './quick-actions.ts'
import { type ShownProfile, showProfile } from './show-profile.ts'
import { type Trial, type TrialInput, tryTopic } from './try-topic.ts'

export interface OpenTopicInput {
  token: string
  topicId: number
  /** The id of the paper from which the subscriber opened the page; empty if there is none. */
  paper: string
  /** Null: the topic without changes. */
  tried: TrialInput | null
  changeId?: number
  searcher: Searcher
}

/** The result of trying a change of a topic. */
export interface OpenedTrial {
  holder: LinkHolder
  topic: StoredTopic
  trial: Trial
  paper: { paper: Paper; text: PaperText } | null
  /** Whether the tried query matches the paper; null if it cannot be evaluated. */
  isKept: boolean | null
}

export interface OpenedTopic extends OpenedTrial {
  /** Null without a paper, or if it does not exist. */
  from: PaperOfTopic | null
  /** Null if no paper here has votes, or the tried query cannot be read. */
  votes: QueryEdit | null
  profile: ShownProfile
}

/** The subscriber has no such topic, or gets no digests. */
export interface TopicNotFound {
  holder: LinkHolder
  topic: null
}

// Both are read-only and throw link.*.

/** Only the trial, for updates while the subscriber types. */
export async function openTrial(deps: Deps, asked: OpenTopicInput): Promise<OpenedTrial | TopicNotFound> {
  const holder = await openLinkHolder(deps, asked)
  const { subscriber, topics } = holder
  const topic = topics.find(({ id }) => id === asked.topicId)
  if (!topic || !hasSubscription(subscriber)) return { holder, topic: null }
  const tried = asked.tried ?? { text: topic.query, named: null }
  const trial = await tryTopic(deps, {
    topics,
    topic,
    most: subscriber.maxPapers,
    searcher: asked.searcher,
    ...tried,
  })
  const found = asked.paper === '' ? null : await paperByName(deps.db, asked.paper)
  const paper = found && { paper: found, text: toPaperText(found) }
  const isKept = paper && trial.outcome ? evaluate(trial.outcome.tree, paper.text) !== null : null
  return { holder, topic, trial, paper, isKept }
}

export async function openTopic(deps: Deps, asked: OpenTopicInput): Promise<OpenedTopic | TopicNotFound> {
  const opened = await openTrial(deps, asked)
  if (!opened.topic) return opened
  const { subscriber, topics } = opened.holder
  const base = baseOf(opened)
  const profile = await showProfile(deps, subscriber.id)
  const from =
    opened.paper &&
    (await paperOfTopic(deps, {
      ...opened.paper,
      base,
      subscriberId: subscriber.id,
      query: opened.topic.query,
      queries: topics.map(({ query }) => query),
      removed: profile.removed.map(({ key }) => key),
    }))
  return { ...opened, from, votes: base === null ? null : await votesOf(deps, base), profile }
}

/** The query that quick actions edit: the last tried one, otherwise the topic's; null if it cannot be read. */
function baseOf({ topic: { query }, trial: { outcome, named } }: OpenedTrial): string | null {
  if (outcome && named === null) return outcome.query
  return isReadable(query) ? query : null
}

async function votesOf(deps: Deps, base: string): Promise<QueryEdit | null> {
  const { archive, listed } = await recentWindow(deps, { days: MAX_DAYS })
  return archive.attributesOf(listed).some(({ votes }) => votes !== null) ? minVotesEdit(base) : null
}
