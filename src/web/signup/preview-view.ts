import type { Weekday } from '../../core/dates.ts'
import type { PreviewResult } from '../../digests/preview/preview-topics.ts'
import type { MatchSummary, TopicPreview } from '../../digests/preview/shown-topics.ts'
import { digestPageView } from '../../emails/digest-email.ts'
import { dateRange, hourOfDay, shortDate } from '../../i18n/dates.ts'
import { counted, fill, words } from '../../i18n/words.ts'
import type { DayPaperCount } from '../../search/back-test/day-window.ts'
import { shortTopic } from '../account/change-summary-view.ts'
import { barsOf } from '../bars.ts'
import { type PaceTexts, paceTexts } from '../pace-text.ts'
import {
  notCountedLines,
  noteLines,
  offerView,
  overlapLines,
  paperRate,
  shareText,
  termLines,
  tooMuchLines,
  topicWarning,
  warningText,
} from './preview-text.ts'

export type PreviewView = ReturnType<typeof previewView>

interface PreviewOptions {
  /** The limit of papers per email. */
  most: number
  /** The day of a weekly email; default Monday. */
  weekday?: Weekday
  /** The hour of the email; without it, its postmark has only the day. */
  hour?: number
  /** The URL of the site, for absolute links. */
  baseUrl: string
  /**
   * The path of the page that tries a changed query. Without it, buttons put the query into the form in place of its
   * topic.
   */
  pathTo?: (query: string) => string
}

/** What each topic would have matched, and all topics together. */
export function previewView(preview: PreviewResult, options: PreviewOptions) {
  const { most, pathTo, weekday = 'mon' } = options
  const { topics } = preview
  const each = topics.map((topic, place) => {
    // Who changes a query sees the query, the excluded words too.
    const name = pathTo ? topic.query : topic.name
    return topicPart(preview, topic, { most, place, name })
  })
  const all = topics.length === 1 ? [] : [combinedPart(preview, most)]
  const parts = [...each, ...all]
  return {
    pathTo,
    parts,
    /** The days of the bars, to say which are hollow; empty if none are. */
    legend: topics.some(({ close }) => close && close.total > 0) ? dateRange(preview.from, preview.to) : '',
    /** A short summary for screen readers. */
    said: summaryOf(all[0] ?? each[0]!, each),
    /** About topics that match nothing or contain a word that no paper has. */
    warnings: topics.map((topic) => topicWarning(preview, topic)).filter(Boolean),
    paces: paceTexts(preview, { most, weekday }),
    /** The digest of the last day, as it would have been; `digest` is null if nothing matched. */
    last: lastEmail(preview, options),
  }
}

/** How many papers the picture of an email shows; those that come close are beyond it. */
const MAX_IN_ENVELOPE = 4
const MAX_CLOSE_IN_ENVELOPE = 2

function lastEmail({ digest }: PreviewResult, { baseUrl, hour }: PreviewOptions) {
  if (!digest) return null
  const { day, content } = digest
  if (!content) return { day, digest: null }
  const shown = digestPageView(content, baseUrl)
  const { sections, rest } = envelopeSections(shown.sections)
  return {
    day,
    digest: {
      ...shown,
      sections,
      rest,
      /** Beside the day; empty if the hour is not known. */
      hour: hour === undefined ? '' : hourOfDay(hour),
    },
  }
}

type Sections = ReturnType<typeof digestPageView>['sections']

/** The first papers of each section in turn, as many as fit; `rest`: how many are left out. */
function envelopeSections(sections: Sections) {
  const room = new Map(sections.map((section) => [section, 0]))
  const topics = sections.filter(({ close }) => !close)
  const total = sumOf(topics.map(({ papers }) => papers.length))
  for (let left = Math.min(MAX_IN_ENVELOPE, total); left > 0; ) {
    for (const section of topics) {
      const used = room.get(section)!
      if (left === 0 || used === section.papers.length) continue
      room.set(section, used + 1)
      left--
    }
  }
  const shown = sections
    .map((section) => ({
      ...section,
      papers: section.papers.slice(0, section.close ? MAX_CLOSE_IN_ENVELOPE : room.get(section)),
    }))
    .filter(({ papers }) => papers.length > 0)
  const count = (all: Sections) => sumOf(all.map(({ papers }) => papers.length))
  return { sections: shown, rest: count(sections) - count(shown) }
}

/** For a page that cannot change a query. */
export const withoutOffers = (view: PreviewView): PreviewView => ({
  ...view,
  parts: view.parts.map((part) => ({ ...part, offers: [] })),
})

/** The preview for a query that cannot be read, or a request that is refused. */
export const previewOfFault = (sentence: string): { said: string; fault: string; paces?: PaceTexts } => ({
  said: sentence,
  fault: sentence,
})

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

/** How many papers of an offer are shown if the topic matches nothing. */
const MAX_INSTEAD = 3
/** With more topics than this, no bars are shown. */
const MAX_WITH_BARS = 5

function combinedPart(preview: PreviewResult, most: number) {
  const { topics, together } = preview
  const isBest = topics.length === 0
  return {
    ...matchPart(preview, together),
    id: 'preview-all',
    name: isBest ? words.preview.best : words.preview.together,
    /** Without a topic, a sentence says what an email has; the number of all papers would not. */
    ...(isBest && { rate: fill(words.preview.bestText, { most }) }),
    // The email below shows them.
    papers: [],
    text: '',
    notes: isBest ? [] : [...tooMuchLines(preview, together, most), ...notCountedLines(together)],
    isTogether: !isBest,
  }
}

interface PartOptions {
  most: number
  place: number
  /** As emails name the topic. */
  name: string
}

function topicPart(preview: PreviewResult, topic: TopicPreview, { most, place, name }: PartOptions) {
  const { topics } = preview
  const part = matchPart(preview, topic)
  const [offer] = topic.offers
  return {
    ...part,
    strip: topics.length > MAX_WITH_BARS ? undefined : part.strip,
    id: `preview-${place + 1}`,
    place,
    name,
    text: topic.understood,
    warning: warningText(preview, topic),
    share: shareText(preview, topic),
    notes: [...noteLines(preview, topic, most), ...(topics.length === 1 ? notCountedLines(topic) : [])],
    offers: topic.offers.map(offerView),
    /** The topic matched something, and not too much or too little. */
    isUsual: topic.total > 0 && topic.width === 'fits',
    terms: termLines(topic.terms),
    overlap: overlapLines(topic),
    // Emails have one part for all topics.
    close: topics.length === 1 ? part.close : [],
    instead: offer && {
      heading: counted(offer.papers, words.preview.instead, { query: shortTopic(offer.query) }),
      papers: topic.instead.slice(0, MAX_INSTEAD),
    },
  }
}

function matchPart(preview: PreviewResult, { total, perDay, latest, close }: MatchSummary) {
  const closeTotal = close?.total ?? 0
  const nothing = fill(words.preview.nothing, { span: counted(preview.days, words.counts.day) })
  return {
    warning: '',
    notes: [] as string[],
    offers: [] as ReturnType<typeof offerView>[],
    instead: undefined as { heading: string; papers: MatchSummary['latest'] } | undefined,
    isUsual: false,
    /** Of all topics: shown only if it has notes, as the cards of the schedules have the rates. */
    isTogether: false,
    rate: total + closeTotal > 0 ? paperRate(preview, total, closeTotal) : nothing,
    share: '',
    strip: stripOf(perDay, close?.perDay),
    terms: [] as string[],
    overlap: [] as string[],
    papersHeading: words.preview.latest,
    papers: latest,
    close: close?.papers ?? [],
  }
}

/** A bar for each day, oldest first, and the same in words; undefined if there is nothing. `close` is hollow, on top. */
export function stripOf(perDay: readonly DayPaperCount[], close: readonly number[] = []) {
  const counts = perDay.map(({ papers }) => papers)
  const [matches, closes] = [sumOf(counts), sumOf(close)]
  if (matches + closes === 0) return undefined
  const { daysText, closeText } = words.list.rail
  const text = fill(daysText, {
    count: counted(matches, words.counts.paper),
    from: shortDate(perDay[0]!.day),
    to: shortDate(perDay.at(-1)!.day),
    most: Math.max(...counts),
  })
  return {
    bars: barsOf(counts, close),
    text: closes > 0 ? `${text} ${counted(closes, closeText)}` : text,
  }
}

const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0)
