import type { MatchSummary, PreviewResult, TopicPreview } from '../../digests/preview/preview-topics.ts'
import { capitalized, counted, fill, listed, words } from '../../i18n/words.ts'
import { describePart } from '../../queries/language/describe-query.ts'
import { topicName } from '../../queries/language/topic-name.ts'
import { isTextLeaf, type Leaf } from '../../queries/query.ts'
import type { Overlap } from '../../search/back-test/day-window.ts'
import type { TermCount } from '../../search/back-test/term-counts.ts'
import type { QueryHint } from '../../search/back-test/variants.ts'
import { shortTopic } from '../account/change-summary-view.ts'

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

/** "9% of the 1,204 papers on 22 days."; empty if there is nothing to say. */
export function shareText(preview: PreviewResult, { total, share }: TopicPreview): string {
  if (total === 0 || share === null) return ''
  return fill(words.preview.share.some, {
    share: capitalized(percentText(share)),
    papers: papersText(preview.papers),
    days: counted(preview.openDays, words.counts.day),
  })
}

/** How many papers an email has with each schedule: "about 3 papers", "not every day"; none if nothing matched. */
export function papersPerEmail({ weekdays, weeks, together }: PreviewResult, most: number) {
  if (together.total === 0) return {}
  const { about, atLimit, notEachDay } = words.preview.emails
  const perEmail = (papers: number) => {
    const text = counted(Math.min(most, Math.max(1, Math.round(papers))), words.counts.paper)
    return fill(papers > most ? atLimit : about, { papers: text })
  }
  const perDay = together.total / weekdays
  const daily = perDay < 1 ? notEachDay : perEmail(perDay)
  return { daily, weekdays: daily, weekly: perEmail(together.total / Math.max(1, weeks)) }
}

/** "20 papers in 30 days, about 5 a week"; weeks count from the first day with papers. */
export function paperRate({ days, weeks }: PreviewResult, total: number): string {
  const count = fill(words.rates.some, { papers: papersText(total), span: counted(days, words.counts.day) })
  const aWeek = total / Math.max(1, weeks)
  return aWeek < 1
    ? count
    : `${count}, ${fill(words.preview.pace.aWeek, { count: grouped(Math.round(aWeek)) })}`
}

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
  return warningText(preview, topic) || fill(none, { topic: shortTopic(topic.query), span, keep })
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

/** "Did you mean …?" */
export const correctionLines = ({ hints }: TopicPreview): HintLine[] =>
  hints.filter(({ way }) => way === 'spelling').flatMap(widerLine)

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
const papersText = (count: number): string =>
  counted(count, words.counts.paper).replace(String(count), grouped(count))

/** 1204 as "1,204" */
const grouped = (count: number): string => String(count).replace(/\B(?=(?:\d{3})+$)/g, ',')

/** A changed query, and the text of its link. */
interface Change {
  text: string
  query: string
}

export interface HintLine {
  sentence: string
  changes: Change[]
}

/** Hints for a topic that matched too little or too much; `most`: the limit of papers per email. */
export function hintLines(preview: PreviewResult, topic: TopicPreview, most: number): HintLine[] {
  const { words: terms = [], wider = [] } = Object.groupBy(
    topic.hints.filter(({ way }) => way !== 'spelling'),
    ({ way }) => (way === 'words' ? 'words' : 'wider'),
  )
  return [...terms.map(phraseLine), ...widthLines(preview, topic, wider, most)]
}

function widthLines(
  preview: PreviewResult,
  topic: TopicPreview,
  hints: readonly QueryHint[],
  most: number,
): HintLine[] {
  if (topic.total === 0) return nothingMatchedLines(topic, hints)
  if (topic.width === 'narrow') return [sentenceOnly(words.preview.narrow), ...hints.flatMap(widerLine)]
  const tooMuch = topic.width === 'wide' ? tooMuchText(preview, topic, most) : null
  return tooMuch ? [sentenceOnly(tooMuch), sentenceOnly(fill(words.preview.letCap, { most }))] : []
}

/** A term of which some words are searched for as a phrase, and the same words anywhere. */
function phraseLine({ term, papers, query }: QueryHint): HintLine {
  const { sentence, button } = words.preview.phrase
  return {
    sentence: fill(sentence, { term }),
    changes: changesOf(fill(button, { papers: papersText(papers) }), query),
  }
}

/** The hints for all topics together. */
export function combinedHintLines(preview: PreviewResult, most: number): HintLine[] {
  const tooMuch = tooMuchText(preview, preview.together, most)
  return tooMuch ? [sentenceOnly(tooMuch), sentenceOnly(fill(words.preview.letCap, { most }))] : []
}

const sentenceOnly = (sentence: string): HintLine => ({ sentence, changes: [] })

function nothingMatchedLines(
  { nothing, hints: all, keyWords }: TopicPreview,
  hints: readonly QueryHint[],
): HintLine[] {
  if (!nothing) return [sentenceOnly(words.preview.noPapers)]
  // The warning already names missing words, and a hint to allow a word or its words anywhere gives its own reason.
  const isKnown = keyWords.absent.length > 0 || all[0]?.way === 'allowed' || all[0]?.way === 'words'
  return [...(isKnown ? [] : [sentenceOnly(words.preview.never)]), ...hints.flatMap(widerLine)]
}

function widerLine({ way, part, term, papers, query }: QueryHint): HintLine[] {
  if (way === 'words') return []
  const { sentence, button } = words.preview.wider
  const values = { part, term, papers: papersText(papers) }
  return [{ sentence: fill(sentence[way], values), changes: changesOf(fill(button[way], values), query) }]
}

const changesOf = (text: string, query: string | null): Change[] => (query === null ? [] : [{ text, query }])

/** Null if one email can contain all of them. */
function tooMuchText({ weekdays }: PreviewResult, { total }: MatchSummary, most: number): string | null {
  const aWeekday = Math.round(total / weekdays)
  if (aWeekday <= most) return null
  return fill(words.preview.tooMuch, { count: papersText(aWeekday), most })
}
