import { readdirSync } from 'node:fs'
import type { Day } from '../../../src/core/dates.ts'
import type { Paper } from '../../../src/papers/paper.ts'
import { parseQuery } from '../../../src/queries/language/parse-query.ts'
import { archiveWith, learn, recordedArchives } from '../relevance/archives.ts'
import type { Need } from '../relevance/needs.ts'
import { papersOn, sentOf } from '../relevance/sent.ts'

/** What a subscriber with one topic gets on a day. */
export interface DayOfTopic {
  matched: Paper[]
  related: Paper[]
}

export interface TopicOfMonth {
  need: Need
  /** In the order of the days. */
  days: DayOfTopic[]
}

export interface Month {
  days: Day[]
  topics: TopicOfMonth[]
}

/**
 * The newest days of a folder of recorded days, for the given needs. Models are learned once, from the papers of
 * the days before; then each day's papers are added to the archive before it is asked about, as the service would.
 */
export function measureMonth(folder: string, needs: readonly Need[], count: number): Month {
  const days = newestDays(folder, count)
  const papers = recordedArchives().huggingFace
  const before = papers.filter(({ firstDay }) => firstDay < days[0]!)
  const models = learn(before)
  const archive = archiveWith(before, models)
  const byId = new Map(papers.map((paper) => [paper.id, paper]))
  const toPapers = (ids: readonly number[]) => ids.map((id) => byId.get(id)!)
  const topics = needs.map((need): TopicOfMonth => ({ need, days: [] }))
  for (const day of days) {
    archive.index.upsert(papers.filter(({ firstDay }) => firstDay === day))
    archive.computeVectors(models.space)
    for (const { need, days } of topics) {
      const { matched, related } = sentOf(papersOn(archive, parseQuery(need.typed), day))
      days.push({ matched: toPapers(matched), related: toPapers(related) })
    }
  }
  return { days, topics }
}

const newestDays = (folder: string, count: number): Day[] =>
  readdirSync(folder)
    .map((name) => name.slice(0, 10))
    .sort()
    .slice(-count)

/** The rule without a section for days on which nothing matches. */
export const onlyWithMatches = (topics: readonly TopicOfMonth[]): TopicOfMonth[] =>
  topics.map(({ need, days }) => ({
    need,
    days: days.map((day) => (day.matched.length > 0 ? day : { matched: [], related: [] })),
  }))

/** What an email contains; nothing if it is not sent. */
export type DayKind = 'matched' | 'close' | 'nothing'

export function kindOf({ matched, related }: DayOfTopic): DayKind {
  if (matched.length > 0) return 'matched'
  return related.length > 0 ? 'close' : 'nothing'
}
