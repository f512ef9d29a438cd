import type { DigestContent } from '../digests/digest-content.ts'
import type { Day } from '../platform/dates.ts'
import type { MailDetail, MailFormat } from '../subscribers/subscriber.ts'
import { dateWithYear, hourOfDay, longDate, weekdayDate } from '../words/dates.ts'
import { counted, fill, words } from '../words/words.ts'
import { wrap } from './columns.ts'
import type { ReaderLinks } from './digest-view.ts'
import { leadWithMore, preheaderOf, subjectOf } from './digest-wording.ts'
import type { SiteIdentity } from './email.ts'
import { asciiLine, cut, oneLine } from './line.ts'
import { linksOf } from './links.ts'
import type { Detail } from './paper-view.ts'
import { type SectionView, sectionViews } from './sections-view.ts'

type WelcomeLinks = Omit<ReaderLinks, 'viewUrl'>

/** To somebody who just confirmed: plain data, as it is stored with the message. */
export interface WelcomeEmail extends WelcomeLinks {
  /** Papers of one day to begin with; null where there are none. */
  content: DigestContent | null
  /** There were papers, and none matched. */
  nothingMatched: boolean
  /** Queries, as typed. */
  topics: string[]
  /** The local date of the first digest, and its hour in the zone. */
  next: Day | null
  hour: number
  zone: string
  confirmedOn: Day
  format: MailFormat
  detail: MailDetail
}

/** What the tags of templates/emails/welcome read as `it`; an empty text is not shown. */
export interface WelcomeView extends WelcomeLinks {
  site: SiteIdentity
  subjectLine: string
  preview: string
  /** When the first digest comes. */
  first: string
  /** What the papers below are; empty where there are none. */
  intro: string
  sections: SectionView[]
  /** "12 more on the site", and where they are. */
  more: string
  moreUrl: string
  /** The topics, where nothing matched them. */
  nothing: string[]
  moreTopics: string
  confirmedOn: string
  wrap: typeof wrap
}

const MOST_TOPICS = 10
const LONGEST = { topic: 80, nameInSubject: 40 }

/** Everything that a welcome says, in words, its papers cut to `detail`. */
export function welcomeView(site: SiteIdentity, email: WelcomeEmail, detail: Detail): WelcomeView {
  const { content, unsubscribeUrl, manageUrl } = email
  return {
    site,
    subjectLine: subjectLine(site, email),
    preview: content ? preheaderOf(content) : words.emails.welcome.preheaderAlone,
    first: firstOf(email),
    ...papersOf(site, email, detail),
    ...topicsOf(email),
    confirmedOn: dateWithYear(email.confirmedOn),
    unsubscribeUrl,
    manageUrl,
    wrap,
  }
}

function subjectLine(site: SiteIdentity, { content, next }: WelcomeEmail): string {
  const { subject, subjectAlone, subjectBare } = words.emails.welcome
  if (content) return fill(subject, { what: subjectOf(content) })
  if (next) return fill(subjectAlone, { date: weekdayDate(next) })
  return fill(subjectBare, { site: asciiLine(site.name, LONGEST.nameInSubject) || 'Daily Papers' })
}

const firstOf = ({ next, hour, zone }: WelcomeEmail): string =>
  next ? fill(words.emails.welcome.first, { day: longDate(next), hour: hourOfDay(hour), zone }) : ''

function papersOf(site: SiteIdentity, { content, manageUrl }: WelcomeEmail, detail: Detail) {
  if (!content) return { intro: '', sections: [], more: '', moreUrl: '' }
  const links = linksOf(site.baseUrl)
  const intro = content.bestOf ? words.emails.welcome.best : words.emails.welcome.matched
  return {
    intro: fill(intro, { day: longDate(content.localDate), lead: leadWithMore(content) }),
    sections: sectionViews(content, { links, manageUrl, detail }),
    more: content.more > 0 ? fill(words.emails.digest.more, { count: content.more }) : '',
    moreUrl: links.day(content.localDate),
  }
}

function topicsOf({ nothingMatched, topics }: WelcomeEmail) {
  if (!nothingMatched) return { nothing: [], moreTopics: '' }
  const more = topics.length - MOST_TOPICS
  return {
    nothing: topics.slice(0, MOST_TOPICS).map((topic) => cut(oneLine(topic), LONGEST.topic)),
    moreTopics: more > 0 ? counted(more, words.emails.confirmation.moreTopics) : '',
  }
}
