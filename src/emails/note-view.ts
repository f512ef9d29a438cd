import type { Day } from '../platform/dates.ts'
import type { MailFormat } from '../subscribers/subscriber.ts'
import { dateWithYear, shortDate, weekdayDate } from '../words/dates.ts'
import { counted, fill, words } from '../words/words.ts'
import { wrap } from './columns.ts'
import type { SiteIdentity } from './email.ts'
import { asciiLine, cut, oneLine } from './line.ts'
import { linksOf } from './links.ts'

/** A paper that matched nothing, and how near it came. */
interface NearPaper {
  title: string
  /** Path on the site. */
  path: string
  /** "Has: linear attention; lacks: vision" */
  reason: string
}

/** To somebody whose topics matched nothing for a while: plain data, as it is stored with the message. */
export interface NoteEmail {
  /** Names, in the subscriber's order. */
  topics: string[]
  /** The first of the dates in a row on which nothing matched, and how many they are. */
  since: Day
  dates: number
  nearest: NearPaper[]
  /** They chose one day of the week. */
  weekly: boolean
  confirmedOn: Day
  format: MailFormat
  manageUrl: string
  unsubscribeUrl: string
}

/** What the tags of templates/emails/note read as `it`. */
export interface NoteView {
  site: SiteIdentity
  /** For the subject, in ASCII. */
  siteName: string
  /** "18 Nov" */
  shortSince: string
  lead: string
  topics: string[]
  moreTopics: string
  nearest: { title: string; url?: string; reason: string }[]
  /** What the smaller step is called. */
  fewer: string
  fewerHint: string
  confirmedOn: string
  /** Of the page for topics; the foot, which has such a link of its own elsewhere, does without here. */
  changeUrl: string
  unsubscribeUrl: string
  wrap: typeof wrap
}

const MOST_TOPICS = 10
const LONGEST = { topic: 80, title: 250, reason: 240, nameInSubject: 40 }

export function noteView(site: SiteIdentity, email: NoteEmail): NoteView {
  const { topics, since, dates } = email
  const links = linksOf(site.baseUrl)
  const note = words.emails.note
  const more = topics.length - MOST_TOPICS
  return {
    site,
    siteName: asciiLine(site.name, LONGEST.nameInSubject) || 'Daily Papers',
    shortSince: shortDate(since),
    lead: fill(note.lead, { count: dates, since: weekdayDate(since) }),
    topics: topics.slice(0, MOST_TOPICS).map((topic) => cut(oneLine(topic), LONGEST.topic)),
    moreTopics: more > 0 ? counted(more, note.moreTopics) : '',
    nearest: email.nearest.map(({ title, path, reason }) => ({
      title: cut(oneLine(title), LONGEST.title),
      url: links.paper(path),
      reason: cut(oneLine(reason), LONGEST.reason),
    })),
    fewer: email.weekly ? note.pause : note.fewer,
    fewerHint: email.weekly ? note.pauseHint : note.fewerHint,
    confirmedOn: dateWithYear(email.confirmedOn),
    changeUrl: email.manageUrl,
    unsubscribeUrl: email.unsubscribeUrl,
    wrap,
  }
}
