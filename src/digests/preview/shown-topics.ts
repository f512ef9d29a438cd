import { describeQuery } from '../../queries/language/describe-query.ts'
import { topicName, topicNames } from '../../queries/language/topic-name.ts'
import type { ClosePaper } from '../../queries/ranking/close-papers.ts'
import type { ShownPaper } from '../../queries/reasons/shown-paper.ts'
import type { WhyEmpty } from '../../queries/reasons/why-empty.ts'
import type { DayWindow, PaperCounts } from '../../search/back-test/day-window.ts'
import type { Offer } from '../../search/back-test/offers.ts'
import type { LoadedPapers } from '../../search/loaded-papers.ts'
import type { TopicEvaluation } from './evaluate-topic.ts'

/** The matches within the days of the preview, and the papers that come close. */
export interface MatchSummary extends PaperCounts {
  /** Newest day first, then most votes; with the reason, and the title marked where it matched. */
  latest: ShownPaper[]
  /** Null if counting them took too long. */
  close: CloseSummary | null
}

/** Papers that match nothing but come close, as many as emails would have shown. */
interface CloseSummary {
  total: number
  /** As many days as the matches have. */
  perDay: number[]
  /** The first of them, with what they have; the closest first. */
  papers: ShownPaper[]
}

export interface TopicPreview
  extends MatchSummary,
    Omit<TopicEvaluation, 'tree' | 'found' | 'latestIds' | 'insteadIds' | 'offers' | 'empty'> {
  /** As an email shows it, told apart from the others. */
  name: string
  /** "Papers with …" */
  understood: string
  /** Queries that would have brought more. */
  offers: Offer[]
  /** If it matched nothing, the best papers of the first offer. */
  instead: ShownPaper[]
  /** Null if it matched something, or if there were no papers at all. */
  nothing: WhyEmpty | null
}

interface ShownTopics {
  tests: readonly TopicEvaluation[]
  /** The papers that come close to each of them, as many as emails show, the closest first. */
  closeOf: readonly (readonly ClosePaper[] | null)[]
  latest: number
}

/** Topics as a preview shows them. */
export function shownTopics(
  window: DayWindow,
  { tests, closeOf, latest }: ShownTopics,
  papers: LoadedPapers,
): TopicPreview[] {
  const { meaningOf } = window.archive
  const names = topicNames(tests.map(({ query }) => ({ name: query, query })))
  return tests.map((test, i) => {
    const { tree, found: _, latestIds, insteadIds, offers, empty: nothing, ...others } = test
    const meaning = meaningOf(tree)
    const topic = { name: topicName({ name: test.query, query: test.query }), meaning }
    return {
      ...others,
      nothing,
      name: names[i]!,
      understood: describeQuery(meaning),
      latest: latestIds.flatMap((id) => papers.show(id, meaning) ?? []),
      close: closeSummary(window, closeOf[i]!, latest, ({ id }) => papers.showClose(id, topic)),
      offers: offers.map(({ query, papers }) => ({ query, papers })),
      instead: insteadIds.flatMap((id) => papers.show(id, meaningOf(offers[0]!.tree)) ?? []),
    }
  })
}

export function closeSummary<P extends ClosePaper>(
  { days, archive }: DayWindow,
  close: readonly P[] | null,
  latest: number,
  show: (paper: P) => ShownPaper | null,
): CloseSummary | null {
  if (!close) return null
  const byDay = Map.groupBy(close, ({ docId }) => archive.index.attributes(docId).firstDay)
  return {
    total: close.length,
    perDay: days.map((day) => byDay.get(day)?.length ?? 0),
    papers: close.slice(0, latest).flatMap((paper) => show(paper) ?? []),
  }
}
