import type { Day } from '../../core/dates.ts'
import { describePart } from '../../queries/language/describe-query.ts'
import { writeTree } from '../../queries/language/write-tree.ts'
import type { DigestPaper } from '../../queries/reasons/show-paper.ts'
import type { Hint } from '../../search/back-test/hint.ts'
import type { Overlap } from '../../search/back-test/overlap.ts'
import type { TermCount } from '../../search/back-test/term-counts.ts'
import type { DayCount } from '../../search/count-by-day.ts'
import type { Nothing, Preview, TopicPreview } from './preview-topics.ts'
import type { Width } from './test-topics.ts'

/** A paper as programs are told of it. */
export interface ToldPaper {
  /** As in paths: "2507.06457". */
  id: string
  title: string
  day: Day
  votes: number | null
  reason: string | null
}

/** The preview of one query, for programs. */
export interface ToldPreview {
  query: string
  understood: string
  from: Day
  to: Day
  days: number
  total: number
  /** Every day, oldest first. */
  perDay: DayCount[]
  latest: ToldPaper[]
  nothing: (Omit<Nothing, 'nearest'> & { nearest: ToldPaper[] }) | null
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
  hints: Hint[]
}

export function toldPreview({ from, to, days, papers, openDays }: Preview, topic: TopicPreview): ToldPreview {
  const { query, understood, total, perDay, latest, nothing, overlap, width, hints } = topic
  return {
    ...{ query, understood, from, to, days, total, perDay },
    latest: latest.map(toldPaper),
    nothing: nothing && { ...nothing, nearest: nothing.nearest.map(toldPaper) },
    ...{ papers, openDays, share: rounded(topic.share) },
    absent: topic.keyWords.absent.map((leaf) => writeTree(leaf) ?? describePart(leaf)),
    terms: topic.terms.map((term) => ({ ...term, share: rounded(term.share) })),
    ...{ overlap, width, hints },
  }
}

const rounded = (share: number | null): number | null => share && Math.round(share * 10_000) / 10_000

const toldPaper = ({ path, title, day, votes, reason }: DigestPaper): ToldPaper => ({
  id: decodeURIComponent(path.slice('/papers/'.length)),
  title: title.map(({ text }) => text).join(''),
  ...{ day, votes, reason },
})
