import { addDays, type Day, WEEKDAYS, weekdayOf } from '../../core/dates.ts'
import type { MatchSummary, PreviewResult, TopicPreview } from '../../digests/preview/preview-topics.ts'
import { publicDigest } from '../../emails/digest-email.ts'
import { shortDate } from '../../i18n/dates.ts'
import { counted, fill, words } from '../../i18n/words.ts'
import type { DayPaperCount } from '../../search/back-test/day-window.ts'
import {
  combinedHintLines,
  hintLines,
  overlapLines,
  paperCountText,
  shareText,
  termLines,
  topicWarning,
  warningText,
} from './preview-text.ts'

export type PreviewView = ReturnType<typeof previewView>

interface PreviewOptions {
  /** The limit of papers per email. */
  most: number
  /** The URL of the site, for absolute links. */
  baseUrl: string
  /**
   * The path of the page that tries a changed query. Without it, buttons put the query into the form in place of its
   * topic.
   */
  pathTo?: (query: string) => string
}

/** What each topic would have matched, and all topics together. */
export function previewView(preview: PreviewResult, { most, baseUrl, pathTo }: PreviewOptions) {
  const { from, to, topics, digest } = preview
  const each = topics.map((topic, place) => topicPart(preview, topic, most, place))
  const parts = topics.length === 1 ? each : [combinedPart(preview, most), ...each]
  return {
    ...{ from, to, pathTo, parts },
    /** A short summary for screen readers. */
    said: summaryOf(parts),
    /** About topics that match nothing or contain a word that no paper has. */
    warnings: topics.map((topic) => topicWarning(preview, topic)).filter(Boolean),
    /** The digest of the last day, as it would have been; `digest` is null if nothing matched. */
    last: digest && { day: digest.day, digest: digest.content && publicDigest(digest.content, baseUrl) },
  }
}

/** For a page that cannot change a query. */
export const withoutHints = (view: PreviewView): PreviewView => ({
  ...view,
  parts: view.parts.map((part) => ({ ...part, hints: [] })),
})

/** The preview for a query that cannot be read, or a request that is refused. */
export const previewOfFault = (sentence: string) => ({ said: sentence, fault: sentence })

function summaryOf(parts: readonly { name: string; rate: string; warning: string }[]): string {
  const { name, rate } = parts[0]!
  const warnings = parts.map(({ warning }) => warning).filter(Boolean)
  const said = fill(words.preview.said, { name, rate })
  return warnings.length > 0 ? `${said}. ${warnings.join(' ')}` : said
}

/** The number of papers shown for each topic, so that a page of 20 topics stays small. */
export const latestPerTopic = (topics: number): number => (topics > 5 ? 1 : topics > 1 ? 3 : 5)

/** With more topics than this, no bars are shown. */
const MAX_WITH_BARS = 5

function combinedPart(preview: PreviewResult, most: number) {
  const { topics, together } = preview
  const isBest = topics.length === 0
  return {
    ...matchPart(preview, together),
    id: 'preview-all',
    name: isBest ? words.preview.best : words.preview.together,
    text: isBest ? fill(words.preview.bestText, { most }) : '',
    hints: isBest ? [] : combinedHintLines(preview, most),
  }
}

function topicPart(preview: PreviewResult, topic: TopicPreview, most: number, place: number) {
  const { topics } = preview
  const { nearest } = topic.nothing ?? {}
  const part = matchPart(preview, topic)
  return {
    ...part,
    id: `preview-${place + 1}`,
    place,
    name: topic.query,
    isQuery: true,
    text: topic.understood,
    warning: warningText(preview, topic),
    share: shareText(preview, topic),
    bars: topics.length > MAX_WITH_BARS ? undefined : part.bars,
    hints: hintLines(preview, topic, most),
    terms: termLines(topic.terms),
    overlap: overlapLines(topic),
    /** Terms and papers are in a closed `<details>`. */
    folded: topics.length > 1,
    related: topics.length === 1 ? topic.related : [],
    ...(nearest && { papersHeading: words.preview.nearest, papers: nearest }),
  }
}

function matchPart({ days, listedOn }: PreviewResult, { total, perDay, latest }: MatchSummary) {
  const nothing = fill(words.preview.nothing, { span: counted(days, words.counts.day) })
  return {
    warning: '',
    rate: total > 0 ? paperCountText(total, days) : nothing,
    share: '',
    bars: barsView(perDay, listedOn),
    terms: [] as string[],
    overlap: [] as string[],
    papersHeading: words.preview.latest,
    papers: latest,
    related: [] as MatchSummary['latest'],
  }
}

const STEPS = 10

/**
 * Papers by day, one week in a row, so that the bars fit on a phone: from Monday to Sunday, null for a day outside the window,
 * a dash for a day on which no paper was listed. Undefined if there is nothing to show. `perDay`: all days, oldest first;
 * `listedOn`: the days with papers.
 */
export function barsView(perDay: readonly DayPaperCount[], listedOn: ReadonlySet<Day>) {
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

function weekOf(counts: readonly DayPaperCount[], listedOn: ReadonlySet<Day>, highest: number) {
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
