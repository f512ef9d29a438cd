import type { Deps } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import { type PreviewResult, previewTopics } from '../digests/preview/preview-topics.ts'
import { paperByName } from '../papers/paper.repo.ts'
import type { Paper } from '../papers/paper.ts'
import { parseQuery } from '../queries/language/parse-query.ts'
import { meaningIn } from '../queries/learned/learned-models.ts'
import { evaluate } from '../queries/matching/evaluate.ts'
import type { Query } from '../queries/query.ts'
import { type PaperText, toPaperText } from '../queries/text/tokens.ts'
import { isTemporaryRefusal, type Searcher, withSearchSlot } from '../search/search-slot.ts'
import type { Spend } from '../search/yield-to-event-loop.ts'
import { isReadable } from '../subscribers/read-signup.ts'
import { hasSubscription } from '../subscribers/subscriber.ts'
import type { StoredTopic } from '../subscribers/topic.repo.ts'
import { readOneTopic } from './form-changes.ts'
import { type LinkHolder, openLinkHolder, type ShownTopic } from './open-manage-page.ts'
import { type ShownProfile, showProfile } from './own-feedback.ts'
import { type PaperOfTopic, paperOfTopic } from './paper-of-topic.ts'
import { topicRates } from './signup/topic-rates.ts'

export interface OpenTopicInput {
  token: string
  topicId: number
  /** The id of the paper from which the subscriber opened the page, or empty. */
  paper: string
  /** The query that is tried; null: the topic without changes. */
  tried: string | null
  changeId?: number
  searcher: Searcher
}

export interface OpenedTrial {
  holder: LinkHolder
  topic: ShownTopic
  trial: Trial
  paper: { paper: Paper; text: PaperText } | null
  /** Whether the tried query matches the paper; null if it cannot be evaluated. */
  isKept: boolean | null
}

export interface OpenedTopic extends OpenedTrial {
  /** Null without a paper, or if it does not exist. */
  from: PaperOfTopic | null
  profile: ShownProfile
}

/** The subscriber has no such topic, or gets no digests. */
interface TopicNotFound {
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
  const trial = await tryTopic(deps, {
    topics,
    topic,
    most: subscriber.maxPapers,
    searcher: asked.searcher,
    text: asked.tried ?? topic.query,
  })
  const found = asked.paper === '' ? null : await paperByName(deps.db, asked.paper)
  const paper = found && { paper: found, text: toPaperText(found) }
  const meaning = await meaningIn(deps.db)
  const isKept = paper && trial.outcome ? evaluate(meaning(trial.outcome.tree), paper.text) !== null : null
  return { holder, topic, trial, paper, isKept }
}

export async function openTopic(deps: Deps, asked: OpenTopicInput): Promise<OpenedTopic | TopicNotFound> {
  const opened = await openTrial(deps, asked)
  if (!opened.topic) return opened
  const { subscriber } = opened.holder
  const profile = await showProfile(deps, subscriber.id)
  const from =
    opened.paper &&
    (await paperOfTopic(deps, {
      ...opened.paper,
      base: baseOf(opened),
      subscriberId: subscriber.id,
      query: opened.topic.query,
      removed: profile.removed.map(({ key }) => key),
    }))
  return { ...opened, from, profile }
}

/** The query that muting a word edits: the last tried one, otherwise the topic's; null if it cannot be read. */
function baseOf({ topic: { query }, trial: { outcome } }: OpenedTrial): string | null {
  if (outcome) return outcome.query
  return isReadable(query) ? query : null
}

interface Trial {
  text: string
  /** How many papers the current topic would have matched; null if they cannot be counted. */
  now: number | null
  /** The result of the change; null if the typed text is not possible. */
  outcome: { query: string; tree: Query; preview: PreviewResult } | null
  isSame: boolean
  /** Why the typed text is not possible. */
  fault: Fault | null
}

interface TrialContext {
  text: string
  topics: readonly StoredTopic[]
  topic: StoredTopic
  /** The maximum number of papers in their emails. */
  most: number
  searcher: Searcher
}

/**
 * Read-only. Counts the papers that the typed topic would have matched and those that the current one would have. Takes
 * a search slot; if none is free, `fault` says so.
 */
async function tryTopic(deps: Deps, { searcher, ...asked }: TrialContext): Promise<Trial> {
  const { text, topic } = asked
  try {
    return await withSearchSlot(deps, searcher, [topic.query, text], (spend) =>
      tryInSlot(deps, { ...asked, spend }),
    )
  } catch (fault) {
    if (!(fault instanceof Fault) || !isTemporaryRefusal(fault)) throw fault
    return { text, now: null, outcome: null, isSame: false, fault }
  }
}

async function tryInSlot(
  deps: Deps,
  { topics, topic, most, text, spend }: Omit<TrialContext, 'searcher'> & { spend: Spend },
): Promise<Trial> {
  const rates = await topicRates(deps, [topic.query], spend)
  const now = rates.get(topic.query) ?? null
  const others = topics.filter((one) => one !== topic)
  try {
    const query = text.trim() === topic.query ? topic.query : readOneTopic(text, others)
    const place = topics.indexOf(topic)
    const asked = { queries: [query], others, place, most, digest: true, spend }
    const preview = await previewTopics(deps, asked)
    const outcome = { query, tree: parseQuery(query), preview }
    return { text, now, outcome, isSame: query === topic.query, fault: null }
  } catch (fault) {
    if (!(fault instanceof Fault) || fault.status >= 500) throw fault
    return { text, now, outcome: null, isSame: false, fault }
  }
}
