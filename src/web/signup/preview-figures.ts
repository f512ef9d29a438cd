import type { Overlap } from '../../filters/back-test/overlap.ts'
import type { TermCount } from '../../filters/back-test/term-counts.ts'
import type { Preview, TopicPreview } from '../../flows/papers/preview-topics.ts'
import { counted, fill, words } from '../../words/words.ts'

const MOST_TERMS = 12
const MOST_OVERLAPS = 3

/** "about 4 a day", on days with papers; "about 3 a week". */
export function paceText({ openDays, weeks }: Pick<Preview, 'openDays' | 'weeks'>, papers: number): string {
  const { aDay, aWeek, less } = words.preview.pace
  const perDay = papers / Math.max(1, openDays)
  if (perDay >= 1) return fill(aDay, { count: grouped(Math.round(perDay)) })
  const perWeek = weeks === 0 ? 0 : papers / weeks
  return perWeek >= 1 ? fill(aWeek, { count: Math.round(perWeek) }) : less
}

/** "About 4 a day, 9% of the 1,204 papers of these days."; empty where there is nothing to say. */
export function shareText(preview: Preview, { total, share, width }: TopicPreview): string {
  if (total === 0 || share === null) return ''
  const { some, alone } = words.preview.share
  const values = { share: percentText(share), papers: papersText(preview.papers) }
  // That it is so little stands among the hints.
  if (width === 'narrow') return capitalized(fill(alone, values))
  return capitalized(fill(some, { ...values, pace: paceText(preview, total) }))
}

/** "1,204 papers in 30 days" */
export const rateText = (total: number, days: number): string =>
  fill(words.rates.some, { papers: papersText(total), span: counted(days, words.counts.day) })

/** What each term brings, where there are several. */
export function termLines(terms: readonly TermCount[]): string[] {
  if (terms.length < 2 || terms.every(({ papers }) => papers === 0)) return []
  const lines = terms.slice(0, MOST_TERMS).map(termLine)
  const more = terms.length - lines.length
  return more > 0 ? [...lines, counted(more, words.preview.terms.more)] : lines
}

function termLine({ term, isUnwanted, papers: count, share }: TermCount): string {
  const { alone, few, unwanted } = words.preview.terms
  const papers = papersText(count)
  if (isUnwanted) return fill(unwanted, { term, papers })
  return share === null || count === 0
    ? fill(few, { term, papers })
    : fill(alone, { term, papers, share: percentText(share) })
}

/** "12 of these 19 also come under “linear attention”." */
export const overlapLines = ({ total, overlap }: TopicPreview): string[] =>
  overlap.slice(0, MOST_OVERLAPS).map((one) => overlapLine(one, total))

function overlapLine({ topic, papers }: Overlap, total: number): string {
  const { some, one, all, only } = words.preview.overlap
  const form = papers < total ? (papers === 1 ? one : some) : total === 1 ? only : all
  return fill(form, { shared: grouped(papers), total: grouped(total), topic: shortened(topic) })
}

const LONGEST_TOPIC = 60

const shortened = (topic: string): string =>
  topic.length > LONGEST_TOPIC ? `${topic.slice(0, LONGEST_TOPIC).trimEnd()}…` : topic

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
