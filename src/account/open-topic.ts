import type { Deps } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import { type PreviewResult, previewTopics } from '../digests/preview/preview-topics.ts'
import { paperByName } from '../papers/paper.repo.ts'
import type { Paper } from '../papers/paper.ts'
import { follow, type QueryEdit } from '../queries/language/edit-query.ts'
import { parseQuery } from '../queries/language/parse-query.ts'
import { meaningIn } from '../queries/learned/learned-models.repo.ts'
import { evaluate } from '../queries/matching/evaluate.ts'
import type { Query } from '../queries/query.ts'
import { type PaperText, toPaperText } from '../queries/text/tokens.ts'
import { recentWindow } from '../search/back-test/day-window.ts'
import { forVisitor, forVisitorIfFree, isTemporaryRefusal, type Searcher } from '../search/for-visitor.ts'
import { inSearchThread } from '../search/in-search-thread.ts'
import { MAX_DAYS } from '../search/open-archive.ts'
import { isReadable } from '../subscribers/read-signup.ts'
import { hasSubscription } from '../subscribers/subscriber.ts'
import type { StoredTopic } from '../subscribers/topic.repo.ts'
import { type LearnedTopic, learnedTopic, learnedTopics } from '../subscribers/vote.repo.ts'
import { readOneTopic } from './form-changes.ts'
import { type LinkHolder, openLinkHolder, type ShownTopic } from './open-manage-page.ts'
import { minVotesEdit, type PaperOfTopic, paperOfTopic } from './paper-of-topic.ts'
import { topicRates } from './signup/topic-rates.ts'

export interface OpenTopicInput {
  token: string
  topicId: number
  /** The id of the paper from which the subscriber opened the page, or empty. */
  paper: string
  /** Null: the topic without changes. */
  tried: TrialInput | null
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
  /** Null if no paper here has votes, or the tried query cannot be read. */
  votes: QueryEdit | null
  learned: LearnedTopic
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
  const tried = asked.tried ?? { text: topic.query, named: null }
  const learned = await learnedTopics(deps.db, [subscriber.id])
  const trial = await tryTopic(deps, {
    topics,
    learned,
    topic,
    most: subscriber.maxPapers,
    close: subscriber.related,
    searcher: asked.searcher,
    ...tried,
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
  const { topics } = opened.holder
  const base = baseOf(opened)
  const learned = await learnedTopic(deps.db, opened.topic.id)
  const from =
    opened.paper &&
    (await paperOfTopic(deps, {
      ...opened.paper,
      searcher: asked.searcher,
      base,
      query: opened.topic.query,
      queries: topics.map(({ query }) => query),
    }))
  const hasVotes =
    base !== null && (await forVisitorIfFree(deps, asked.searcher, false, (deps) => haveVotes(deps, null)))
  return { ...opened, from, votes: hasVotes ? minVotesEdit(base) : null, learned }
}

/** The query that quick actions edit: the last tried one, otherwise the topic's; null if it cannot be read. */
function baseOf({ topic: { query }, trial: { outcome, named } }: OpenedTrial): string | null {
  if (outcome && named === null) return outcome.query
  return isReadable(query) ? query : null
}

/** Whether a source here counts votes. */
const haveVotes = inSearchThread(import.meta.url, 'haveVotes', async (deps: Deps) => {
  const { archive, listed } = await recentWindow(deps, { days: MAX_DAYS })
  return archive.attributesOf(listed).some(({ votes }) => votes !== null)
})

interface TrialInput {
  text: string
  /** The name of a new topic, in addition to the others; null if this topic would change. */
  named: string | null
}

interface Trial extends TrialInput {
  /** How many papers the current topic would have matched; null if they cannot be counted, or do not matter. */
  now: number | null
  /** The result of the change; null if the typed text is not possible. */
  outcome: { query: string; tree: Query; preview: PreviewResult } | null
  isSame: boolean
  /** For a new topic: the query of this topic if it were changed instead. */
  instead: string | null
  /** Why the typed text is not possible. */
  fault: Fault | null
}

interface TrialContext {
  topics: readonly StoredTopic[]
  topic: StoredTopic
  /** What votes taught, by topic. */
  learned: ReadonlyMap<number, LearnedTopic>
  /** The maximum number of papers in their emails, and whether these show papers that come close. */
  most: number
  close: boolean
  searcher: Searcher
}

/**
 * Read-only. Counts the papers that the typed topic would have matched and those that the current one would have. If too
 * many people search, `fault` says so.
 */
async function tryTopic(deps: Deps, { searcher, ...asked }: TrialInput & TrialContext): Promise<Trial> {
  const { text, named } = asked
  try {
    return await forVisitor(deps, searcher, (deps) => tryFor(deps, asked))
  } catch (fault) {
    if (!(fault instanceof Fault) || !isTemporaryRefusal(fault)) throw fault
    return { text, named, now: null, outcome: null, isSame: false, instead: null, fault }
  }
}

async function tryFor(
  deps: Deps,
  { topics, topic, learned, most, close, text, named }: TrialInput & Omit<TrialContext, 'searcher'>,
): Promise<Trial> {
  const rates = named === null ? await topicRates(deps, [topic.query]) : undefined
  const trial = { text, named, now: rates?.get(topic.query) ?? null }
  const others = named === null ? topics.filter((one) => one !== topic) : topics
  try {
    const query = named === null && text.trim() === topic.query ? topic.query : readOneTopic(text, others)
    const place = named === null ? topics.indexOf(topic) : topics.length
    const asked = { queries: [query], place, most, close, digest: true }
    const preview = await previewTopics(deps, {
      ...asked,
      learned: named === null ? learned.get(topic.id) : undefined,
      others: others.map((other) => ({ ...other, learned: learned.get(other.id) })),
    })
    const outcome = { query, tree: parseQuery(query), preview }
    const instead = named === null ? null : (follow(topic.query, named).query ?? null)
    return { ...trial, outcome, isSame: named === null && query === topic.query, instead, fault: null }
  } catch (fault) {
    if (!(fault instanceof Fault) || fault.status >= 500) throw fault
    return { ...trial, outcome: null, isSame: false, instead: null, fault }
  }
}
