import type { PreviewResult } from '../../digests/preview/preview-topics.ts'
import type { MatchSummary, TopicPreview } from '../../digests/preview/shown-topics.ts'
import { capitalized, counted, fill, listed, words } from '../../i18n/words.ts'
import { describePart } from '../../queries/language/describe-query.ts'
import { topicName } from '../../queries/language/topic-name.ts'
import { isTextLeaf, type Leaf } from '../../queries/query.ts'
import type { Overlap } from '../../search/back-test/day-window.ts'
import type { Offer } from '../../search/back-test/offers.ts'
import type { TermCount } from '../../search/back-test/term-counts.ts'
import { shortTopic } from '../account/change-summary-view.ts'

const MAX_TERMS = 12
const MAX_OVERLAPS = 3

/** "9% of the 1,204 papers on 22 days."; empty if there is nothing to say. */
export function shareText(preview: PreviewResult, { total, share }: TopicPreview): string {
  if (total === 0 || share === null) return ''
  return fill(words.preview.share.some, {
    share: capitalized(percentText(share)),
    papers: papersText(preview.papers),
    days: counted(preview.openDays, words.counts.day),
  })
}

/** A window that begins on a weekend has its first papers on its third or fourth day. */
const MAX_DAYS_BEFORE_PAPERS = 4

/**
 * "20 papers in 30 days, about 5 a week", or with papers that come close, "20 match, 3 come close in 30 days, about 5 a
 * week". A site that is newer than these days has no weekly rate: the days before it would count as empty.
 */
export function paperRate(
  { days, weeks }: Pick<PreviewResult, 'days' | 'weeks'>,
  total: number,
  close = 0,
): string {
  const span = counted(days, words.counts.day)
  const count =
    close > 0
      ? fill(words.preview.count.both, { ...matchesAndClose(total, close), span })
      : fill(words.rates.some, { papers: papersText(total), span })
  const isNewSite = weeks * 7 < days - MAX_DAYS_BEFORE_PAPERS
  const aWeek = total / (days / 7)
  if (isNewSite || aWeek < 1) return count
  return `${count}, ${fill(words.preview.pace.aWeek, { count: grouped(Math.round(aWeek)) })}`
}

function matchesAndClose(total: number, close: number): { matches: string; close: string } {
  const { none, matches, close: comeClose } = words.preview.count
  return {
    matches: total === 0 ? capitalized(none) : groupedCount(total, matches),
    close: groupedCount(close, comeClose),
  }
}

/** "No paper in the last 30 days mentions “chemistry”; these 54 papers have “LLM” or “agents”."; or empty. */
export function warningText(
  { days }: Pick<PreviewResult, 'days'>,
  { keyWords, total }: TopicPreview,
): string {
  const { absent, present } = keyWords
  if (absent.length === 0) return ''
  const { mentions, has, others, keep } = words.preview.warning
  const missing = fill(absent.every(isPlain) ? mentions : has, {
    parts: listed(absent.map(quoted), 'or'),
    span: counted(days, words.counts.day),
  })
  if (total === 0) return `${missing}. ${keep}`
  if (present.length === 0) return `${missing}.`
  return `${missing}; ${fill(counted(total, others), { parts: listed(present.map(quoted), 'or') })}`
}

/** Also warns about a topic that matches nothing although papers contain its words. */
export function topicWarning(preview: PreviewResult, topic: TopicPreview): string {
  const { none, keep } = words.preview.warning
  if (topic.total > 0 || preview.papers === 0) return warningText(preview, topic)
  const span = counted(preview.days, words.counts.day)
  return warningText(preview, topic) || fill(none, { topic: shortTopic(topic.query), span, keep })
}

const isPlain = (leaf: Leaf): boolean => isTextLeaf(leaf) && leaf.field === 'any'

const quoted = (leaf: Leaf): string =>
  isTextLeaf(leaf) && leaf.field === 'any'
    ? fill(words.query.quoted, { text: leaf.text })
    : describePart(leaf)

/** The papers of each term, if there are several. */
export function termLines(terms: readonly TermCount[]): string[] {
  if (terms.length < 2 || terms.every(({ papers }) => papers === 0)) return []
  const lines = terms.slice(0, MAX_TERMS).map(termLine)
  const more = terms.length - lines.length
  return more > 0 ? [...lines, counted(more, words.preview.terms.more)] : lines
}

function termLine({ term, isUnwanted, papers: count, share }: TermCount): string {
  const { alone, few, unwanted } = words.preview.terms
  const papers = papersText(count)
  if (isUnwanted) return fill(unwanted, { term: term.replace(/^-/, ''), papers })
  return share === null || count === 0
    ? fill(few, { term, papers })
    : fill(alone, { term, papers, share: percentText(share) })
}

/** "12 of these 19 also match “linear attention”." */
export const overlapLines = ({ total, overlap }: TopicPreview): string[] =>
  overlap.slice(0, MAX_OVERLAPS).map((one) => overlapLine(one, total))

function overlapLine({ topic, papers }: Overlap, total: number): string {
  const { some, one, all, only } = words.preview.overlap
  const form = papers < total ? (papers === 1 ? one : some) : total === 1 ? only : all
  return fill(form, {
    shared: grouped(papers),
    total: grouped(total),
    topic: topicName({ name: topic, query: topic }),
  })
}

function percentText(share: number): string {
  const { percent, least, most } = words.preview.share
  if (share > 0 && share < 0.005) return least
  if (share < 1 && share >= 0.995) return most
  return fill(percent, { percent: Math.round(share * 100) })
}

/** "1,204 papers" */
const papersText = (count: number): string => groupedCount(count, words.counts.paper)

const groupedCount = (count: number, forms: Parameters<typeof counted>[1]): string =>
  counted(count, forms).replace(String(count), grouped(count))

/** 1204 as "1,204" */
const grouped = (count: number): string => String(count).replace(/\B(?=(?:\d{3})+$)/g, ',')

/** Why a topic brings little or nothing, or that it brings more than an email contains. */
export function noteLines(preview: PreviewResult, topic: TopicPreview, most: number): string[] {
  if (topic.total === 0) return topic.nothing ? [] : [words.preview.noPapers]
  if (topic.width === 'narrow') return [words.preview.narrow]
  return topic.width === 'wide' ? tooMuchLines(preview, topic, most) : []
}

/** Says so if the papers that come close were not counted. */
export const notCountedLines = ({ close }: MatchSummary): string[] =>
  close === null ? [words.preview.notCounted] : []

/** That topics, alone or together, bring more than an email contains. */
export function tooMuchLines({ weekdays }: PreviewResult, { total }: MatchSummary, most: number): string[] {
  const aWeekday = Math.round(total / weekdays)
  if (aWeekday <= most) return []
  const { tooMuch, letCap } = words.preview
  return [fill(tooMuch, { count: papersText(aWeekday), most }), fill(letCap, { most })]
}

/** "KV cache (6 papers)" */
export const offerView = ({ query, papers }: Offer) => ({
  query,
  text: fill(words.preview.offers.offer, { query: shortTopic(query), papers: papersText(papers) }),
})
