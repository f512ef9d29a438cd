import type { MatchSummary, PreviewResult, TopicPreview } from '../../digests/preview/preview-topics.ts'
import { publicDigest } from '../../emails/digest-email.ts'
import { shortDate } from '../../i18n/dates.ts'
import { counted, fill, words } from '../../i18n/words.ts'
import type { DayPaperCount } from '../../search/back-test/day-window.ts'
import { barsOf } from '../bars.ts'
import {
  combinedHintLines,
  correctionLines,
  type HintLine,
  hintLines,
  overlapLines,
  paperRate,
  papersPerEmail,
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
  const { topics, digest } = preview
  const each = topics.map((topic, place) => topicPart(preview, topic, most, place))
  const all = topics.length === 1 ? [] : [combinedPart(preview, most)]
  const parts = [...each, ...all]
  return {
    ...{ pathTo, parts },
    /** A short summary for screen readers. */
    said: summaryOf(all[0] ?? each[0]!, each),
    /** About topics that match nothing or contain a word that no paper has. */
    warnings: topics.map((topic) => topicWarning(preview, topic)).filter(Boolean),
    papersPerEmail: papersPerEmail(preview, most),
    /** The digest of the last day, as it would have been; `digest` is null if nothing matched. */
    last: digest && { day: digest.day, digest: digest.content && publicDigest(digest.content, baseUrl) },
  }
}

/** For a page that cannot change a query. */
export const withoutHints = (view: PreviewView): PreviewView => ({
  ...view,
  parts: view.parts.map((part) => ({ ...part, hints: [], corrections: [] })),
})

/** The preview for a query that cannot be read, or a request that is refused. */
export const previewOfFault = (sentence: string) => ({ said: sentence, fault: sentence })

function summaryOf(
  { name, rate }: { name: string; rate: string },
  each: readonly { warning: string }[],
): string {
  const warnings = each.map(({ warning }) => warning).filter(Boolean)
  const said = fill(words.preview.said, { name, rate })
  return warnings.length > 0 ? `${said}. ${warnings.join(' ')}` : said
}

/** The number of papers shown for each topic, so that a page of 20 topics stays small. */
export const latestPerTopic = (topics: number): number => Math.max(1, 6 - topics)

/** With more topics than this, no bars are shown. */
const MAX_WITH_BARS = 5

function combinedPart(preview: PreviewResult, most: number) {
  const { topics, together } = preview
  const isBest = topics.length === 0
  return {
    ...matchPart(preview, together),
    id: 'preview-all',
    name: isBest ? words.preview.best : words.preview.together,
    // The last email below shows papers of all topics.
    papers: isBest ? preview.together.latest : [],
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
    strip: topics.length > MAX_WITH_BARS ? undefined : part.strip,
    id: `preview-${place + 1}`,
    place,
    name: topic.query,
    isQuery: true,
    text: topic.understood,
    warning: warningText(preview, topic),
    share: shareText(preview, topic),
    corrections: correctionLines(topic),
    hints: hintLines(preview, topic, most),
    /** The topic matched something, and not too much or too little. */
    isUsual: topic.total > 0 && topic.width === 'fits',
    terms: termLines(topic.terms),
    overlap: overlapLines(topic),
    related: topics.length === 1 ? topic.related : [],
    ...(nearest && { papersHeading: words.preview.nearest, papers: nearest }),
  }
}

function matchPart(preview: PreviewResult, { total, perDay, latest }: MatchSummary) {
  const nothing = fill(words.preview.nothing, { span: counted(preview.days, words.counts.day) })
  return {
    warning: '',
    corrections: [] as HintLine[],
    isUsual: false,
    rate: total > 0 ? paperRate(preview, total) : nothing,
    share: '',
    strip: stripOf(perDay),
    terms: [] as string[],
    overlap: [] as string[],
    papersHeading: words.preview.latest,
    papers: latest,
    related: [] as MatchSummary['latest'],
  }
}

/** A bar for each day, oldest first, with its height from 0 to 10, and the same in words; undefined if nothing matched. */
export function stripOf(perDay: readonly DayPaperCount[]) {
  const most = Math.max(...perDay.map(({ papers }) => papers))
  if (most <= 0) return undefined
  const total = perDay.reduce((sum, { papers }) => sum + papers, 0)
  return {
    bars: barsOf(perDay.map(({ papers }) => papers)),
    text: fill(words.list.rail.daysText, {
      count: counted(total, words.counts.paper),
      from: shortDate(perDay[0]!.day),
      to: shortDate(perDay.at(-1)!.day),
      most,
    }),
  }
}
