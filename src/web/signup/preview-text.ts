import type { PreviewResult, TopicPreview } from '../../digests/preview/preview-topics.ts'
import { counted, fill, listed, words } from '../../i18n/words.ts'
import { describePart } from '../../queries/language/describe-query.ts'
import { isTextLeaf, type Leaf } from '../../queries/query.ts'
import type { Overlap } from '../../search/back-test/overlap.ts'
import type { QueryHint } from '../../search/back-test/query-hint.ts'
import type { TermCount } from '../../search/back-test/term-counts.ts'

const MAX_TERMS = 12
const MAX_OVERLAPS = 3

/** "about 4 a weekday", counting weekdays with papers; "about 3 a week". */
export function paperRateText(
  { weekdays, weeks }: Pick<PreviewResult, 'weekdays' | 'weeks'>,
  papers: number,
): string {
  const { aWeekday, aWeek, less } = words.preview.pace
  const perDay = papers / weekdays
  if (perDay >= 1) return fill(aWeekday, { count: grouped(Math.round(perDay)) })
  const perWeek = papers / Math.max(1, weeks)
  return perWeek >= 1 ? fill(aWeek, { count: Math.round(perWeek) }) : less
}

/** "About 4 a weekday, 9% of the 1,204 papers on 22 days."; empty if there is nothing to say. */
export function shareText(preview: PreviewResult, { total, share, width }: TopicPreview): string {
  if (total === 0 || share === null) return ''
  const { some, alone } = words.preview.share
  const days = counted(preview.openDays, words.counts.day)
  const values = { share: percentText(share), papers: papersText(preview.papers), days }
  // The hints already say that these are few.
  if (width === 'narrow') return capitalized(fill(alone, values))
  return capitalized(fill(some, { ...values, pace: paperRateText(preview, total) }))
}

/** "1,204 papers in 30 days" */
export const paperCountText = (total: number, days: number): string =>
  fill(words.rates.some, { papers: papersText(total), span: counted(days, words.counts.day) })

/** "No paper in the last 30 days mentions “chemistry”; these 54 papers have “LLM” or “agents”."; or empty. */
export function warningText(
  { days }: Pick<PreviewResult, 'days'>,
  { keyWords, total, hints }: TopicPreview,
): string {
  const { absent, present } = keyWords
  if (absent.length === 0) return ''
  const { mentions, has, others, keep } = words.preview.warning
  const missing = fill(absent.every(isPlain) ? mentions : has, {
    parts: listed(absent.map(quoted), 'or'),
    span: counted(days, words.counts.day),
  })
  if (total === 0) return `${missing}. ${authorText(hints) ?? keep}`
  if (present.length === 0) return `${missing}.`
  return `${missing}; ${fill(counted(total, others), { parts: listed(present.map(quoted), 'or') })}`
}

/** The same; also warns about a topic that matches nothing although papers contain its words. */
export function topicWarning(preview: PreviewResult, topic: TopicPreview): string {
  const { none, keep } = words.preview.warning
  if (topic.total > 0 || preview.papers === 0) return warningText(preview, topic)
  const span = counted(preview.days, words.counts.day)
  return warningText(preview, topic) || fill(none, { topic: shortened(topic.query), span, keep })
}

/** A note that the words are probably an author's name. */
function authorText(hints: readonly QueryHint[]): string | null {
  const named = hints.find(({ way, query }) => way === 'author' && query !== null)
  if (!named) return null
  const values = { author: named.part, topic: named.query! }
  return fill(counted(named.papers, words.preview.warning.author), values)
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
  return fill(form, { shared: grouped(papers), total: grouped(total), topic: shortened(topic) })
}

const MAX_TOPIC_LENGTH = 60

const shortened = (topic: string): string =>
  topic.length > MAX_TOPIC_LENGTH ? `${topic.slice(0, MAX_TOPIC_LENGTH).trimEnd()}…` : topic

function percentText(share: number): string {
  const { percent, least, most } = words.preview.share
  if (share > 0 && share < 0.005) return least
  if (share < 1 && share >= 0.995) return most
  return fill(percent, { percent: Math.round(share * 100) })
}

/** "1,204 papers" */
export const papersText = (count: number): string =>
  counted(count, words.counts.paper).replace(String(count), grouped(count))

/** 1204 as "1,204" */
const grouped = (count: number): string => String(count).replace(/\B(?=(?:\d{3})+$)/g, ',')

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
