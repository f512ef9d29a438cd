import type { Deps } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import { type PreviewResult, previewTopics } from '../digests/preview/preview-topics.ts'
import { follow } from '../queries/language/edit-query.ts'
import { parseQuery } from '../queries/language/parse-query.ts'
import type { Query } from '../queries/query.ts'
import { isTemporaryRefusal, type Searcher, withSearchSlot } from '../search/search-slot.ts'
import type { Spend } from '../search/yield-to-event-loop.ts'
import type { StoredTopic } from '../subscribers/topic.repo.ts'
import { readOneTopic } from './form-changes.ts'
import { topicRates } from './signup/topic-rates.ts'

/** A change of a topic to try, or a new topic. */
export interface TrialInput {
  /** As typed. */
  text: string
  /** The name of a new topic, in addition to the others; null if this topic would change. */
  named: string | null
}

export interface Trial extends TrialInput {
  /** How many papers the current topic would have matched; null if they cannot be counted, or do not matter. */
  now: number | null
  /** The result of the change; null if the typed text is not possible. */
  outcome: { query: string; tree: Query; preview: PreviewResult } | null
  /** The change has no effect. */
  isSame: boolean
  /** For a new topic: the query of this topic if it were changed instead. */
  instead: string | null
  /** Why the typed text is not possible. */
  fault: Fault | null
}

interface TrialContext {
  /** All topics of the subscriber, in their order. */
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
export async function tryTopic(
  deps: Deps,
  { searcher, ...asked }: TrialInput & TrialContext,
): Promise<Trial> {
  const { text, named, topic } = asked
  try {
    return await withSearchSlot(deps, searcher, [topic.query, text], (spend) =>
      tryInSlot(deps, { ...asked, spend }),
    )
  } catch (fault) {
    if (!(fault instanceof Fault) || !isTemporaryRefusal(fault)) throw fault
    return { text, named, now: null, outcome: null, isSame: false, instead: null, fault }
  }
}

async function tryInSlot(
  deps: Deps,
  { topics, topic, most, text, named, spend }: TrialInput & Omit<TrialContext, 'searcher'> & { spend: Spend },
): Promise<Trial> {
  const rates = named === null ? await topicRates(deps, [topic.query], spend) : undefined
  const trial = { text, named, now: rates?.get(topic.query) ?? null }
  const others = named === null ? topics.filter((one) => one !== topic) : topics
  try {
    const query = named === null && text.trim() === topic.query ? topic.query : readOneTopic(text, others)
    const place = named === null ? topics.indexOf(topic) : topics.length
    const asked = { queries: [query], others, place, most, digest: true, spend }
    const preview = await previewTopics(deps, asked)
    const outcome = { query, tree: parseQuery(query), preview }
    const instead = named === null ? null : (follow(topic.query, named).query ?? null)
    return { ...trial, outcome, isSame: named === null && query === topic.query, instead, fault: null }
  } catch (fault) {
    if (!(fault instanceof Fault) || fault.status >= 500) throw fault
    return { ...trial, outcome: null, isSame: false, instead: null, fault }
  }
}
