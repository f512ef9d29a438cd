import type { Day } from '../../core/dates.ts'
import { describePart } from '../../queries/language/describe-query.ts'
import { writeTree } from '../../queries/language/write-tree.ts'
import type { ShownPaper } from '../../queries/reasons/shown-paper.ts'
import type { Overlap } from '../../search/back-test/overlap.ts'
import type { QueryHint } from '../../search/back-test/query-hint.ts'
import type { TermCount } from '../../search/back-test/term-counts.ts'
import type { DayPaperCount } from '../../search/count-by-day.ts'
import type { Width } from './evaluate-topic.ts'
import type { NoMatchReason, PreviewResult, TopicPreview } from './preview-topics.ts'

/** A paper as programs are told of it. */
export interface PreviewPaperJson {
  /** As in paths: "2507.06457". */
  id: string
  title: string
  day: Day
  votes: number | null
  reason: string | null
}

/** The preview of one query, for programs. */
export interface PreviewJson {
  query: string
  understood: string
  from: Day
  to: Day
  days: number
  total: number
  /** Every day, oldest first. */
  perDay: DayPaperCount[]
  latest: PreviewPaperJson[]
  nothing: (Omit<NoMatchReason, 'nearest'> & { nearest: PreviewPaperJson[] }) | null
  /** All papers of these days, and on how many of them there were any. */
  papers: number
  openDays: number
  /** Of all papers, from 0 to 1, to four places; here and in `terms`. */
  share: number | null
  /** Key words of the query, as typed, that no paper of these days contains. */
  absent: string[]
  terms: TermCount[]
  overlap: Overlap[]
  width: Width
  hints: QueryHint[]
}

export function jsonOfTopicPreview(
  { from, to, days, papers, openDays }: PreviewResult,
  topic: TopicPreview,
): PreviewJson {
  const { query, understood, total, perDay, latest, nothing, overlap, width, hints } = topic
  return {
    ...{ query, understood, from, to, days, total, perDay },
    latest: latest.map(jsonOfPaper),
    nothing: nothing && { ...nothing, nearest: nothing.nearest.map(jsonOfPaper) },
    ...{ papers, openDays, share: rounded(topic.share) },
    absent: topic.keyWords.absent.map((leaf) => writeTree(leaf) ?? describePart(leaf)),
    terms: topic.terms.map((term) => ({ ...term, share: rounded(term.share) })),
    ...{ overlap, width, hints },
  }
}

const rounded = (share: number | null): number | null => share && Math.round(share * 10_000) / 10_000

const jsonOfPaper = ({ path, title, day, votes, reason }: ShownPaper): PreviewPaperJson => ({
  id: decodeURIComponent(path.slice('/papers/'.length)),
  title: title.map(({ text }) => text).join(''),
  ...{ day, votes, reason },
})
