import { addDays, type Day, dayOf } from '../core/dates.ts'
import type { Language } from '../i18n/words.ts'
import type { ShownPaper } from '../queries/reasons/shown-paper.ts'
import type { SourceNews } from './sources-line.ts'

export interface DigestSection {
  /** The topic's name; null in the digest of a subscriber without topics, and of rising papers. */
  topic: string | null
  /** The topic's id, for the link that changes it; null if `topic` is null. */
  topicId: number | null
  /** Papers of the last two weeks that have reached the votes of a topic: the last section of the digest. */
  rising?: true
  /** Papers that match no topic: each has `closeTo`. */
  close?: true
  papers: ShownPaper[]
}

/** The content of a digest, frozen when it is planned and stored as JSON: plain data, without sentences. */
export interface DigestContent {
  localDate: Day
  lang: Language
  /** The day whose best papers these are, for a subscriber without topics; for a week, its last day. */
  bestOf: Day | null
  /** The days that a weekly digest covers. */
  week: DayRange | null
  sections: DigestSection[]
  /** How many more papers matched, beyond the subscriber's cap. */
  more: number
  /** The ids of the first of those papers, best first; empty if the page of `bestOf` lists them all. */
  beyond: number[]
  sources: SourceNews[]
}

/** A range of days of papers, both ends included. */
interface DayRange {
  from: Day
  to: Day
}

const WEEK = 7

/** The seven days that end with `to`. */
export const weekTo = (to: Day): DayRange => ({ from: addDays(to, 1 - WEEK), to })

export const isWithinWeek = ({ from, to }: DayRange): boolean => from >= addDays(to, -WEEK)

/**
 * The days that a weekly digest covers: the week up to the day before, and every day of its papers, which reach further
 * back after a pause, but not to before the subscriber confirmed.
 */
export function weekOf(localDate: Day, confirmedAt: Date | null, days: readonly Day[]): DayRange {
  const { from, to } = weekTo([addDays(localDate, -1), ...days].toSorted().at(-1)!)
  const confirmed = confirmedAt && dayOf(confirmedAt)
  const since = confirmed && from < confirmed && confirmed <= to ? confirmed : from
  return { from: [since, ...days].toSorted()[0]!, to }
}
