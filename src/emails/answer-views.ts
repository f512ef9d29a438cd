import type { Schedule } from '../subscribers/subscriber.ts'
import { hourOfDay, moment, weekdays } from '../words/dates.ts'
import { counted, words } from '../words/words.ts'
import { wrap } from './columns.ts'
import type { SiteIdentity } from './email.ts'
import { asciiLine, cut, unlinked } from './line.ts'

/** What both answers to the form hold: plain data, as it is stored with the message. */
interface AnswerEmail {
  /** Queries as somebody typed them for this address, perhaps a stranger; none asks for the day's best. */
  topics: string[]
  /** In which instants are shown. */
  zone: Schedule['zone']
  /** Instants in ISO 8601. */
  askedAt: string
  validUntil: string
}

/** To an address that is new here: one button that confirms it. */
export interface ConfirmationEmail extends AnswerEmail, Schedule {
  confirmUrl: string
}

/** To somebody who subscribes already and filled in the form again: one button, to the page that adds the topics. */
export interface AddTopicsEmail extends AnswerEmail {
  addUrl: string
}

/** What the tags of templates/emails/confirmation and add-topics read as `it`. */
export interface AnswerView {
  site: SiteIdentity
  /** For the subject, in ASCII. */
  siteName: string
  url: string
  topics: string[]
  moreTopics: number
  /** "2 topics" */
  topicCount: string
  zone: string
  askedAt: string
  validUntil: string
  wrap: typeof wrap
}

export interface ConfirmationView extends AnswerView {
  hour: string
  days: string
}

const MOST_TOPICS = 10
const LONGEST_TOPIC = 80
const LONGEST_NAME_IN_SUBJECT = 40

export const confirmationView = (site: SiteIdentity, email: ConfirmationEmail): ConfirmationView => ({
  ...answerView(site, email, email.confirmUrl),
  hour: hourOfDay(email.hour),
  days: weekdays(email.days),
})

export const addTopicsView = (site: SiteIdentity, email: AddTopicsEmail): AnswerView =>
  answerView(site, email, email.addUrl)

function answerView(site: SiteIdentity, email: AnswerEmail, url: string): AnswerView {
  const { topics, zone } = email
  return {
    site,
    siteName: asciiLine(site.name, LONGEST_NAME_IN_SUBJECT) || 'Daily Papers',
    url,
    topics: topics.slice(0, MOST_TOPICS).map((topic) => cut(unlinked(topic), LONGEST_TOPIC)),
    moreTopics: Math.max(0, topics.length - MOST_TOPICS),
    topicCount: counted(topics.length, words.counts.topic),
    zone,
    askedAt: moment(email.askedAt, zone),
    validUntil: moment(email.validUntil, zone),
    wrap,
  }
}
