import type { Day } from '../../core/dates.ts'
import { describePart } from '../../queries/language/describe-query.ts'
import { writeTree } from '../../queries/language/write-query.ts'
import type { ShownPaper } from '../../queries/reasons/shown-paper.ts'
import type { NoMatchReason, PreviewResult, TopicPreview } from './preview-topics.ts'

/** A paper in the JSON API. */
export interface PreviewPaperJson {
  /** As in paths: "2507.06457". */
  id: string
  title: string
  day: Day
  votes: number | null
  reason: string | null
}

/** The preview of one query in the JSON API; shares are rounded to four digits. */
export interface PreviewJson
  extends Pick<PreviewResult, 'from' | 'to' | 'days' | 'papers' | 'openDays'>,
    Omit<TopicPreview, 'latest' | 'related' | 'nothing' | 'keyWords'> {
  latest: PreviewPaperJson[]
  /** Papers of these days that are close to it but do not match, the closest first. */
  related: PreviewPaperJson[]
  nothing: (Omit<NoMatchReason, 'nearest'> & { nearest: PreviewPaperJson[] }) | null
  /** Key words of the query, as typed, that occur in no paper of these days. */
  absent: string[]
}

export function jsonOfTopicPreview(
  { from, to, days, papers, openDays }: PreviewResult,
  topic: TopicPreview,
): PreviewJson {
  const { query, understood, total, perDay, latest, related, nothing, overlap, width, hints } = topic
  return {
    ...{ query, understood, from, to, days, total, perDay },
    latest: latest.map(jsonOfPaper),
    related: related.map(jsonOfPaper),
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
