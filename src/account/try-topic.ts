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

/** What somebody would make of a topic, or have beside it. */
export interface TrialInput {
  /** As typed. */
  text: string
  /** What a topic of its own would be called, beside the others; null where this topic would change. */
  named: string | null
}

export interface Trial extends TrialInput {
  /** How many papers the topic would have brought as it stands; null where that cannot be told, or does not matter. */
  now: number | null
  /** What would hold then; null where what was typed cannot be had. */
  outcome: { query: string; tree: Query; preview: PreviewResult } | null
  /** Nothing differs from what stands. */
  isSame: boolean
  /** Of a topic of its own: what this topic would be with it instead. */
  instead: string | null
  /** Why what was typed cannot be had. */
  fault: Fault | null
}

interface TrialContext {
  /** All topics of the subscriber, in their order. */
  topics: readonly StoredTopic[]
  topic: StoredTopic
  /** The most papers of a mail of theirs. */
  most: number
  searcher: Searcher
}

/**
 * Reads, and changes nothing: what was typed would have brought so much, and what stands now brings so much. Takes a
 * search slot; without one `fault` says so.
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
