import type { Day } from '../../core/dates.ts'
import { describePart } from '../../queries/language/describe-query.ts'
import { writeTree } from '../../queries/language/write-query.ts'
import { reasonText } from '../../queries/reasons/reason-text.ts'
import type { ShownPaper } from '../../queries/reasons/shown-paper.ts'
import type { PreviewResult } from './preview-topics.ts'
import type { TopicPreview } from './shown-topics.ts'

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
    Omit<TopicPreview, 'name' | 'perDay' | 'latest' | 'close' | 'instead' | 'keyWords'> {
  /** Every day, oldest first. `related`: papers that come close, as many as emails would have shown. */
  perDay: { day: Day; papers: number; related: number | null }[]
  /** Null, as each day's, if counting them took too long. */
  relatedTotal: number | null
  latest: PreviewPaperJson[]
  /** Papers of these days that are close to it but do not match, the closest first. */
  related: PreviewPaperJson[]
  /** If nothing matched, the best papers of the first offer. */
  instead: PreviewPaperJson[]
  /** Key words of the query, as typed, that occur in no paper of these days. */
  absent: string[]
}

export function jsonOfTopicPreview(
  { from, to, days, papers, openDays }: PreviewResult,
  topic: TopicPreview,
): PreviewJson {
  const { query, understood, total, perDay, latest, close, instead, nothing, overlap, width, offers } = topic
  return {
    query,
    understood,
    from,
    to,
    days,
    total,
    relatedTotal: close?.total ?? null,
    perDay: perDay.map((one, i) => ({ ...one, related: close?.perDay[i] ?? null })),
    latest: latest.map(jsonOfPaper),
    related: (close?.papers ?? []).map(jsonOfPaper),
    offers,
    instead: instead.map(jsonOfPaper),
    papers,
    openDays,
    share: rounded(topic.share),
    absent: topic.keyWords.absent.map((leaf) => writeTree(leaf) ?? describePart(leaf)),
    terms: topic.terms.map((term) => ({ ...term, share: rounded(term.share) })),
    nothing,
    overlap,
    width,
  }
}

/** The preview of a query that cannot be read, if another one is offered: nothing matches but what that would bring. */
export function jsonOfOffer(query: string, offered: PreviewJson): PreviewJson {
  return {
    ...offered,
    query,
    understood: '',
    total: 0,
    relatedTotal: 0,
    perDay: offered.perDay.map(({ day }) => ({ day, papers: 0, related: 0 })),
    latest: [],
    related: [],
    offers: [{ query: offered.query, papers: offered.total }],
    instead: offered.latest,
    share: 0,
    absent: [],
    terms: [],
    overlap: [],
    width: 'narrow',
  }
}

const rounded = (share: number | null): number | null => share && Math.round(share * 10_000) / 10_000

const jsonOfPaper = (paper: ShownPaper): PreviewPaperJson => ({
  id: decodeURIComponent(paper.path.slice('/papers/'.length)),
  title: paper.title.map(({ text }) => text).join(''),
  day: paper.day,
  votes: paper.votes,
  reason: reasonText(paper) || null,
})
