import type { Day } from '../core/dates.ts'
import type { ShownPaper } from '../queries/reasons/shown-paper.ts'
import type { DayRange } from './week.ts'

export interface DigestSection {
  /** The topic's name; null in the digest of a subscriber without topics, and of rising papers. */
  topic: string | null
  /** Of the topic's row, for the link that changes it; null where topic is. */
  topicId: number | null
  /** Papers of the last two weeks that have by now the votes that topics ask for: a section of its own, the last. */
  rising?: true
  /** Papers that come close to a topic which matched nothing for long. */
  close?: true
  papers: ShownPaper[]
}

/** What a section says of its topic. */
export const topicHead = ({
  name,
  id,
}: {
  name: string
  id: number
}): Pick<DigestSection, 'topic' | 'topicId'> => ({
  topic: name,
  topicId: id,
})

/** Everything that a digest says, frozen when it is planned. Stored as JSON: plain data. */
export interface DigestContent {
  localDate: Day
  /** The day whose best papers these are, for a subscriber without topics; the last one, where there is a week. */
  bestOf: Day | null
  /** The days that it tells of, for a subscriber who chose one day of the week. */
  week: DayRange | null
  sections: DigestSection[]
  /**
   * Ids of the topics that matched: shown in their own section or in another's, or beyond the cap. Absent without topics,
   * and in digests from before it was noted.
   */
  matchedTopics?: number[]
  /** How many more matched beyond the subscriber's cap. */
  more: number
  /** The numbers of the first of those papers, best first; none where they all stand on the page of `bestOf`. */
  beyond: number[]
  /** "31 papers from Hugging Face" */
  sources: string
}
