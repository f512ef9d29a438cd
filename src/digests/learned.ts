import { memoize } from '../core/memoize.ts'
import { minClosenessAt } from '../queries/ranking/close-papers.ts'
import type { LearnedTopic } from '../subscribers/vote.repo.ts'
import type { Candidates, Preference } from './candidates.ts'

/** What a preference of 1 adds to the score of a match. */
export const OF_PREFERENCE = 4
/** Votes move so many of a topic's matches: the best ones. */
export const MAX_MOVED = 200

/** What was learned, as it acts on a topic. */
export interface Learned {
  /** Undefined for a topic without votes. */
  preferenceOf(topicId: number): Preference | undefined
  minClosenessOf(topicId: number): number
}

const NOTHING_LEARNED: ReadonlyMap<number, LearnedTopic> = new Map()

export function learnedIn(candidates: Pick<Candidates, 'preference'>, learned = NOTHING_LEARNED): Learned {
  return {
    preferenceOf: memoize((topicId) => {
      const topic = learned.get(topicId)
      return topic?.phrases.size ? memoize(candidates.preference(topic)) : undefined
    }),
    minClosenessOf(topicId) {
      const { step, votedStep } = learned.get(topicId) ?? { step: 0, votedStep: 0 }
      return minClosenessAt(step + votedStep)
    },
  }
}
