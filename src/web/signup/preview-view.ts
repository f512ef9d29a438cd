import type { DigestPaper, TextRun } from '../../digests/digest-content.ts'
import type { DayCount, Met } from '../../flows/papers/back-test.ts'
import type { Nothing, Preview, TopicPreview } from '../../flows/papers/preview-topics.ts'
import { dateWithYear, shortDate } from '../../words/dates.ts'
import { rateOf } from '../../words/rates.ts'
import { counted, fill, listed, words } from '../../words/words.ts'

interface PaperLine {
  path: string
  title: TextRun[]
  reason: string | null
  /** "24 Nov, 41 votes" */
  facts: string
}

interface Bar {
  /** "24": the caption has the months. */
  date: string
  papers: number
  /** From 0 to 10. */
  step: number
}

/** What one topic would have brought, or all of them together. */
interface PreviewPart {
  id: string
  name: string
  /** Of a topic, which is shown as it was typed. */
  isQuery: boolean
  /** "Papers with …", or what is shown instead. */
  text: string
  rate: string
  caption: string
  bars: Bar[]
  hints: string[]
  papersHeading: string
  papers: PaperLine[]
  /** The papers are out of sight until somebody opens them. */
  folded: boolean
}

export interface PreviewView {
  /** The gist, for those who cannot see the rest change. */
  said: string
  parts: PreviewPart[]
  /** Why there is nothing to show. */
  fault: string | null
}

/** `most`: how many papers a mail holds. */
export function previewView(preview: Preview, most: number): PreviewView {
  const { topics } = preview
  const all = allPart(preview, most)
  const each = topics.map((topic, i) => topicPart(preview, topic, { most, id: `preview-${i + 1}` }))
  const parts = topics.length === 1 ? each : [all, ...each.map((part) => ({ ...part, folded: true }))]
  return {
    said: fill(words.preview.said, { name: parts[0]!.name, rate: parts[0]!.rate }),
    parts,
    fault: null,
  }
}

/** Of what cannot be read, or asked for so often. */
export const faultyPreview = (sentence: string): PreviewView => ({
  said: sentence,
  parts: [],
  fault: sentence,
})

function allPart(preview: Preview, most: number): PreviewPart {
  const { topics, together } = preview
  const part = { ...metPart(preview, together), id: 'preview-all', isQuery: false }
  if (topics.length > 0) {
    return { ...part, name: words.preview.together, text: '', hints: tooMuch(together, most) }
  }
  return { ...part, name: words.preview.best, text: fill(words.preview.bestText, { most }), hints: [] }
}

function topicPart(
  preview: Preview,
  topic: TopicPreview,
  { most, id }: { most: number; id: string },
): PreviewPart {
  const { query, understood, nothing } = topic
  const named = { id, name: query, isQuery: true, text: understood }
  const part = metPart(preview, topic)
  if (topic.total > 0) return { ...part, ...named, hints: tooMuch(topic, most) }
  if (!nothing) return { ...part, ...named, hints: [words.preview.noPapers] }
  const papers = nothing.nearest.map(paperLine)
  return { ...part, ...named, hints: whyNothing(nothing), papersHeading: words.preview.nearest, papers }
}

function metPart({ from, to, days }: Preview, { total, perDay, latest }: Met) {
  const nothing = fill(words.preview.nothing, { span: counted(days, words.counts.day) })
  return {
    rate: total > 0 ? rateOf(total, days) : nothing,
    caption: fill(words.preview.caption, { from: shortDate(from), to: dateWithYear(to) }),
    bars: total > 0 ? barsOf(perDay) : [],
    papersHeading: words.preview.latest,
    papers: latest.map(paperLine),
    folded: false,
  }
}

const STEPS = 10

function barsOf(perDay: readonly DayCount[]): Bar[] {
  const highest = Math.max(...perDay.map(({ papers }) => papers))
  return perDay.map(({ day, papers }) => ({
    date: String(Number(day.slice(8))),
    papers,
    step: Math.ceil((papers / highest) * STEPS),
  }))
}

/** On the days on which something came. */
function tooMuch({ total, perDay }: Met, most: number): string[] {
  const days = perDay.filter(({ papers }) => papers > 0).length
  const aDay = Math.round(total / Math.max(1, days))
  if (aDay <= most) return []
  return [fill(words.preview.tooMuch, { count: counted(aDay, words.counts.paper), most })]
}

function whyNothing({ absent, without }: Nothing): string[] {
  const { absent: noneHas, never, without: leftOut, allowed } = words.preview
  const papers = without && counted(without.papers, words.counts.paper)
  const instead =
    without && fill(without.isUnwanted ? allowed : leftOut, { part: without.part, papers: papers! })
  const why = absent.length > 0 ? fill(noneHas, { parts: listed(absent, 'or') }) : null
  return [why ?? (without?.isUnwanted ? null : never), instead].filter((sentence) => sentence !== null)
}

const paperLine = ({ path, title, reason, day, votes }: DigestPaper): PaperLine => ({
  path,
  title,
  reason,
  facts: [shortDate(day), ...(votes === null ? [] : [counted(votes, words.counts.vote)])].join(', '),
})
