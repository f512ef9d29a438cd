import type { Day } from '../core/dates.ts'
import { type DigestContent, type DigestSection, isWithinWeek } from '../digests/digest-content.ts'
import { dateRange, dateWithYear, longDate, shortDate } from '../i18n/dates.ts'
import { counted, fill, words } from '../i18n/words.ts'
import type { SiteIdentity } from '../mail/rendering/template.ts'
import { asciiLine, oneLine, truncateAtWord } from '../mail/rendering/text.ts'
import { type Links, requestTopicLinkPath, siteLinks, topicLink } from '../subscribers/links.ts'
import type { MailDetail, MailFormat } from '../subscribers/subscriber.ts'
import { headingOf, nonEmptySections, type PaperDetail, paperTitle, sectionViews } from './sections-view.ts'

/** The links of one email; all but `viewUrl` are personal. */
export interface ReaderLinks {
  /** The page with one button. */
  unsubscribeUrl: string
  manageUrl: string
  /** The same papers on the site, for anyone who has the link. */
  viewUrl: string
}

export interface DigestEmail extends ReaderLinks {
  content: DigestContent
  confirmedOn: Day
  format: MailFormat
  detail: MailDetail
}

const MAX_SOURCES_LENGTH = 320

/** The whole content of a digest, in words; its papers are cut to `detail`. An empty text is not shown. */
export function digestView({ baseUrl }: SiteIdentity, email: DigestEmail, detail: PaperDetail) {
  const { content, unsubscribeUrl, manageUrl, viewUrl } = email
  const links = siteLinks(baseUrl)
  return {
    subjectLine: digestSubject(content),
    preview: preheaderOf(content),
    date: longDate(content.localDate),
    lead: leadWithMore(content),
    sections: sectionViews(content, { links, changeUrl: (at) => topicLink(manageUrl, at), detail }),
    ...moreOnSite(content, { links, viewUrl }),
    sources: truncateAtWord(oneLine(content.sources), MAX_SOURCES_LENGTH),
    confirmedOn: dateWithYear(email.confirmedOn),
    unsubscribeUrl,
    manageUrl,
    viewUrl,
  }
}

/** The number of further papers on the site, and the link to them. */
export const moreOnSite = (
  content: DigestContent,
  { links, viewUrl }: { links: Links; viewUrl: string },
) => ({
  more: content.more > 0 ? fill(words.emails.digest.more, { count: content.more }) : '',
  moreUrl: content.beyond.length > 0 ? `${viewUrl}#more` : links.day(dayShown(content)),
})

/** The newest day that certainly has a page: a paper of this digest was listed on it. */
const dayShown = ({ bestOf, sections, localDate }: DigestContent): Day =>
  bestOf ??
  nonEmptySections(sections)
    .flatMap(({ papers }) => papers.map(({ day }) => day))
    .toSorted()
    .at(-1) ??
  localDate

const MAX_TOPIC_LENGTH = 40
const MAX_TITLE_LENGTH = 60
const PREHEADER = { shortest: 40, longest: 90, titles: 4 }

/** Near misses of a topic do not count as new papers on it. */
const newsOf = ({ sections }: DigestContent) => nonEmptySections(sections).filter(({ close }) => !close)

const papersOf = (content: DigestContent) => newsOf(content).flatMap(({ papers }) => papers)

/** Describes a digest in a sentence to its subscriber: "3 new papers on linear attention; 12 more on the site." */
export function leadWithMore(content: DigestContent): string {
  const { sentence, sentenceAndMore, onTopics } = words.emails.digest
  const form = content.more > 0 ? sentenceAndMore : sentence
  return fill(form, { what: whatOf(content, onTopics), count: content.more })
}

const WHOLE = { title: 400, reason: 240, body: { snippet: 4_000 } }

/** A digest as anyone may see it: without the address, and without links to the reader's own pages. */
export const publicDigest = (content: DigestContent, baseUrl: string) => ({
  content,
  /** "15 new papers on 3 topics." */
  lead: fill(words.emails.digest.sentence, { what: whatOf(content, words.digestPage.onTopics) }),
  sections: sectionViews(content, {
    links: siteLinks(baseUrl),
    changeUrl: requestTopicLinkPath,
    detail: WHOLE,
  }),
})

function whatOf(content: DigestContent, severalTopics: string): string {
  const { bestOf, week } = content
  const forms = words.emails.digest
  const dates = week && dateRange(week.from, week.to)
  if (bestOf) return counted(papersOf(content).length, forms.best, { when: dates ?? longDate(bestOf) })
  const [topics, risen] = splitRising(content)
  const news = onTopics(topics, severalTopics)
  if (week && dates) {
    const what = withRising(news, risen)
    return fill(isWithinWeek(week) ? forms.week : forms.longer, { dates, what })
  }
  return withRising(news && listed(news, topics, content.localDate), risen)
}

/** Undefined if there is no section. */
function onTopics(topics: DigestSection[], severalTopics: string): string | undefined {
  const [first] = topics
  if (!first) return undefined
  const papers = counted(countOf(topics), words.counts.newPaper)
  return topics.length === 1
    ? fill(words.emails.digest.onTopic, { papers, topic: headingOf(first) })
    : fill(severalTopics, { papers, count: topics.length })
}

function listed(what: string, topics: DigestSection[], localDate: Day): string {
  const days = topics.flatMap(({ papers }) => papers.map(({ day }) => day)).toSorted()
  if (days.every((day) => day === localDate)) return what
  return fill(words.emails.digest.listed, { what, dates: dateRange(days[0]!, days.at(-1)!) })
}

/** Rising papers are from other days, and the wording says so. */
function withRising(news: string | undefined, risen: DigestSection[]): string {
  const rising = counted(countOf(risen), words.emails.digest.rising)
  if (news === undefined) return rising
  return risen.length === 0 ? news : fill(words.emails.digest.onTopicsAndRising, { what: news, rising })
}

const countOf = (sections: DigestSection[]): number => sections.flatMap(({ papers }) => papers).length

/** The non-empty sections of topics, and that of rising papers. */
function splitRising(content: DigestContent): [topics: DigestSection[], risen: DigestSection[]] {
  const { topics = [], risen = [] } = Object.groupBy(newsOf(content), (one) =>
    one.rising ? 'risen' : 'topics',
  )
  return [topics, risen]
}

/** The content first, then the date. */
export function digestSubject(content: DigestContent): string {
  const { bestOf, week, localDate } = content
  const { subject } = words.emails.digest
  if (!week && bestOf) return bestOfDay(content, bestOf)
  if (!week) return fill(subject.dated, { what: payloadOf(content), date: shortDate(localDate) })
  const payload = bestOf ? counted(papersOf(content).length, subject.bestOfWeek) : payloadOf(content)
  const what = isWithinWeek(week) ? fill(subject.week, { what: payload }) : payload
  return fill(subject.dated, { what, date: dateRange(week.from, week.to) })
}

function bestOfDay(content: DigestContent, day: Day): string {
  const papers = papersOf(content)
  const title = papers[0] ? asciiLine(paperTitle(papers[0], MAX_TITLE_LENGTH), MAX_TITLE_LENGTH) : ''
  return counted(papers.length, words.emails.digest.subject.best, { day: shortDate(day), title })
}

function payloadOf(content: DigestContent): string {
  const { topic: alone, topicAndMore, unwritable } = words.emails.digest.subject
  const [sections, risen] = splitRising(content)
  const [first] = sections
  const all = papersOf(content).length
  if (!first && risen[0]) return counted(all, words.emails.digest.subject.rising)
  if (!first?.topic) return counted(all, words.counts.newPaper)
  const topic = isAscii(first.topic) ? asciiLine(inWords(first.topic), MAX_TOPIC_LENGTH) : ''
  if (!topic) return counted(sections.length, unwritable, { papers: counted(all, words.counts.paper) })
  const count = first.papers.length
  return counted(count, all > count ? topicAndMore : alone, { topic, more: all - count })
}

/** Header lines of emails must not contain "<" and ">": votes>=20 becomes "20+ votes". */
const inWords = (topic: string): string => topic.replace(/\bvotes\s*>=\s*(\d+)/gi, '$1+ votes')

/** Whether all letters have an ASCII form: part of a name would name something else. */
const isAscii = (name: string): boolean =>
  !/(?![a-z\d])[\p{L}\p{N}]/iu.test(name.normalize('NFKD').replace(/\p{M}/gu, ''))

/** The titles of the first papers, as far as an inbox shows them. */
export function preheaderOf(content: DigestContent): string {
  const { preheaderOne, preheaderSome } = words.emails.digest
  const titles = papersOf(content)
    .slice(0, PREHEADER.titles)
    .map((paper) => paperTitle(paper, PREHEADER.longest))
    .filter(Boolean)
  const shown = titles.join(' · ')
  if (shown.length >= PREHEADER.shortest) return shown
  return fill(titles.length > 1 ? preheaderSome : preheaderOne, { titles: shown })
}
