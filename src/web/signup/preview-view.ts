import { addDays, type Day, WEEKDAYS, weekdayOf } from '../../core/dates.ts'
import type { LastDigest } from '../../digests/preview/last-digest.ts'
import type { MatchSummary, PreviewResult, TopicPreview } from '../../digests/preview/preview-topics.ts'
import { publicDigest } from '../../emails/digest-email.ts'
import { dateWithYear, longDateWithoutYear, shortDate } from '../../i18n/dates.ts'
import { counted, fill, words } from '../../i18n/words.ts'
import type { ShownPaper, TextRun } from '../../queries/reasons/shown-paper.ts'
import type { DayPaperCount } from '../../search/back-test/day-window.ts'
import {
  combinedHintLines,
  type HintLine,
  hintLines,
  overlapLines,
  paperCountText,
  shareText,
  termLines,
  topicWarning,
  warningText,
} from './preview-text.ts'

interface PaperLine {
  path: string
  title: TextRun[]
  sentence: TextRun[]
  reason: string | null
  /** "24 Nov, 41 votes" */
  facts: string
}

/** A changed query: behind a link, or in a button that puts it into the form. */
type ChangeView = { text: string } & ({ path: string } | { value: string })

interface HintView {
  sentence: string
  changes: ChangeView[]
}

/** What one topic would have matched, or all topics together. */
interface PreviewPart {
  id: string
  name: string
  /** True for a topic, which is shown as typed. */
  isQuery: boolean
  /** "Papers with …", or the text for all topics together. */
  text: string
  /** A warning that no paper contains some of its words; may be empty. */
  warning: string
  rate: string
  /** "About 4 a weekday, 9% of the 1,204 papers on 22 days." */
  share: string
  caption: string
  bars: BarsView | undefined
  hints: HintView[]
  /** "agent: 852 papers (71%)" */
  terms: string[]
  /** "12 of these 19 also match “linear attention”." */
  overlap: string[]
  papersHeading: string
  papers: PaperLine[]
  /** Terms and papers are in a closed `<details>`. */
  folded: boolean
}

export interface PreviewView {
  /** A short summary for screen readers. */
  said: string
  parts: PreviewPart[]
  /** Warnings about topics that match nothing or contain a word that no paper has. */
  warnings: string[]
  /** The digest of the last day, as it would have been; `digest` is null if nothing matched. */
  last: { heading: string; digest: ReturnType<typeof publicDigest> | null; more: string } | null
  /** Why there is nothing to show. */
  fault: string | null
}

interface PreviewOptions {
  /** The URL of the site, for absolute links. */
  baseUrl?: string
  /**
   * The path of the page that tries a changed query. Without it, buttons put the query into the form in place of its
   * topic.
   */
  pathTo?: (query: string) => string
}

/** `most`: the limit of papers per email. */
export function previewView(preview: PreviewResult, most: number, options: PreviewOptions = {}): PreviewView {
  const { topics, digest } = preview
  const all = combinedPart(preview, most)
  const each = topics.map((topic, place) => topicPart(preview, topic, { most, place, options }))
  const parts = topics.length === 1 ? each : [all, ...each.map((part) => besideOthers(part, topics.length))]
  return {
    said: summaryOf(parts),
    parts,
    warnings: topics.map((topic) => topicWarning(preview, topic)).filter(Boolean),
    last: digest && options.baseUrl !== undefined ? lastView(digest, options.baseUrl) : null,
    fault: null,
  }
}

function summaryOf(parts: readonly PreviewPart[]): string {
  const { name, rate } = parts[0]!
  const warnings = parts.map(({ warning }) => warning).filter(Boolean)
  const said = fill(words.preview.said, { name, rate })
  return warnings.length > 0 ? `${said}. ${warnings.join(' ')}` : said
}

/** The number of papers shown for each topic, so that a page of 20 topics stays small. */
export const latestPerTopic = (topics: number): number => (topics > 5 ? 1 : topics > 1 ? 3 : 5)

/** With more topics than this, no bars are shown. */
const MAX_WITH_BARS = 5

const besideOthers = (part: PreviewPart, topics: number): PreviewPart => ({
  ...part,
  folded: true,
  ...(topics > MAX_WITH_BARS && { bars: undefined }),
})

/** The preview for a query that cannot be read, or a request that is refused. */
export const previewOfFault = (sentence: string): PreviewView => ({
  said: sentence,
  parts: [],
  warnings: [],
  last: null,
  fault: sentence,
})

function combinedPart(preview: PreviewResult, most: number): PreviewPart {
  const { topics, together } = preview
  const part = { ...matchPart(preview, together), id: 'preview-all', isQuery: false }
  if (topics.length > 0) {
    const hints = combinedHintLines(preview, most).map((line) => ({ ...line, changes: [] }))
    return { ...part, name: words.preview.together, text: '', hints }
  }
  return { ...part, name: words.preview.best, text: fill(words.preview.bestText, { most }), hints: [] }
}

interface TopicPlace {
  most: number
  place: number
  options: PreviewOptions
}

function topicPart(
  preview: PreviewResult,
  topic: TopicPreview,
  { most, place, options }: TopicPlace,
): PreviewPart {
  const part = {
    ...matchPart(preview, topic),
    id: `preview-${place + 1}`,
    name: topic.query,
    isQuery: true,
    text: topic.understood,
    warning: warningText(preview, topic),
    share: shareText(preview, topic),
    hints: hintLines(preview, topic, most).map((line) => hintView(line, place, options)),
    terms: termLines(topic.terms),
    overlap: overlapLines(topic),
  }
  if (!topic.nothing) return part
  return { ...part, papersHeading: words.preview.nearest, papers: topic.nothing.nearest.map(paperLine) }
}

const hintView = ({ sentence, changes }: HintLine, place: number, { pathTo }: PreviewOptions): HintView => ({
  sentence,
  changes: changes.map(({ text, query }) => ({
    text,
    ...(pathTo ? { path: pathTo(query) } : { value: `${place} ${query}` }),
  })),
})

function matchPart({ from, to, days, listedOn }: PreviewResult, { total, perDay, latest }: MatchSummary) {
  const nothing = fill(words.preview.nothing, { span: counted(days, words.counts.day) })
  return {
    warning: '',
    rate: total > 0 ? paperCountText(total, days) : nothing,
    share: '',
    caption: fill(words.preview.caption, { from: shortDate(from), to: dateWithYear(to) }),
    bars: barsView(perDay, listedOn),
    terms: [],
    overlap: [],
    papersHeading: words.preview.latest,
    papers: latest.map(paperLine),
    folded: false,
  }
}

const paperLine = ({ path, title, snippet, reason, day, votes }: ShownPaper): PaperLine => ({
  ...{ path, title, sentence: snippet, reason },
  facts: [shortDate(day), ...(votes === null ? [] : [counted(votes, words.counts.vote)])].join(', '),
})

function lastView({ day, content }: LastDigest, baseUrl: string): PreviewView['last'] {
  const { heading, none, more } = words.preview.digest
  const named = { day: longDateWithoutYear(day) }
  if (!content) return { heading: fill(none, named), digest: null, more: '' }
  return {
    heading: fill(heading, named),
    digest: publicDigest(content, baseUrl),
    more: content.more > 0 ? counted(content.more, more) : '',
  }
}

interface Bar {
  /** A dash for a day on which no paper was listed. */
  papers: number | '–'
  /** The height, from 0 to 10. */
  step: number
}

interface WeekOfBars {
  /** "26 Oct": the first day of the week. */
  from: string
  /** Monday to Sunday; null for a day outside the window. */
  days: (Bar | null)[]
  papers: Bar['papers']
}

/** Papers by day, one week in a row, so that the bars fit on a phone. */
interface BarsView {
  /** "Mon" to "Sun" */
  heads: string[]
  weeks: WeekOfBars[]
}

const STEPS = 10

/** Undefined if there is nothing to show. `perDay`: all days, oldest first; `listedOn`: the days with papers. */
export function barsView(perDay: readonly DayPaperCount[], listedOn: ReadonlySet<Day>): BarsView | undefined {
  const highest = Math.max(...perDay.map(({ papers }) => papers))
  if (highest <= 0) return undefined
  const weeks = Map.groupBy(perDay, ({ day }) => mondayOf(day))
  return {
    heads: WEEKDAYS.map((day) => words.weekdaysShort[day]),
    weeks: [...weeks.values()].map((days) => weekOf(days, listedOn, highest)),
  }
}

const weekdayIndex = (day: Day): number => WEEKDAYS.indexOf(weekdayOf(day))

const mondayOf = (day: Day): Day => addDays(day, -weekdayIndex(day))

function weekOf(counts: readonly DayPaperCount[], listedOn: ReadonlySet<Day>, highest: number): WeekOfBars {
  const shown = (papers: number, days: readonly DayPaperCount[]) =>
    papers === 0 && !days.some(({ day }) => listedOn.has(day)) ? '–' : papers
  const at = new Map(counts.map((count) => [weekdayIndex(count.day), count]))
  return {
    from: shortDate(counts[0]!.day),
    days: WEEKDAYS.map((_, place) => {
      const count = at.get(place)
      if (!count) return null
      return { papers: shown(count.papers, [count]), step: Math.ceil((count.papers / highest) * STEPS) }
    }),
    papers: shown(
      counts.reduce((sum, { papers }) => sum + papers, 0),
      counts,
    ),
  }
}
