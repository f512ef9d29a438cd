import { dateAndTime, hourOfDay, longDateOf, weekdaysText } from '../i18n/dates.ts'
import { counted, fill, words } from '../i18n/words.ts'
import { nameInSubject, type SiteIdentity } from '../mail/rendering/template.ts'
import { withoutLinks } from '../mail/rendering/text.ts'
import { asHeading, topicName } from '../queries/language/topic-name.ts'
import { parseCategoryId } from '../sources/arxiv/categories.ts'
import type { Schedule } from '../subscribers/subscriber.ts'
import { topicList } from './topic-list.ts'

/** The fields of both emails that answer the form: plain data, stored with the message. */
interface SignupEmail {
  /** Queries as typed for this address, perhaps by a stranger; empty requests the day's best papers. */
  topics: string[]
  /** The zone in which instants are shown. */
  zone: Schedule['zone']
  /** Instants in ISO 8601. */
  askedAt: string
  validUntil: string
}

/** To a new address: one button that confirms it. */
export interface ConfirmationEmail extends SignupEmail, Schedule {
  confirmUrl: string
  /** To a former subscriber who requested their link: the one to their account, which works for a day. */
  accountUrl?: string
}

/** To a subscriber who filled in the form again: one button, to the page that adds the topics. */
export interface AddTopicsEmail extends SignupEmail {
  addUrl: string
  /** The page for topics, days and hour. */
  manageUrl?: string
}

export function confirmationView(site: SiteIdentity, email: ConfirmationEmail) {
  const { zone } = email
  const hour = hourOfDay(email.hour)
  const { subject, preheader, when, heading, lead, button, open } = words.emails.confirmation
  return {
    ...commonView(email, email.confirmUrl),
    subjectLine: fill(subject, { site: nameInSubject(site) }),
    preview: fill(preheader, { hour, zone }),
    when: fill(when, { hour, zone, days: weekdaysText(email.days) }),
    own: ownView(email.accountUrl, words.emails.confirmation.account),
    lead: fill(lead, { site: site.name }),
    heading,
    button,
    open,
  }
}

export function addTopicsView(site: SiteIdentity, email: AddTopicsEmail) {
  const topics = counted(email.topics.length, words.counts.topic)
  const { subject, preheader, heading, lead, button, open } = words.emails.addTopics
  return {
    ...commonView(email, email.addUrl),
    subjectLine: fill(subject, { topics, site: nameInSubject(site) }),
    preview: preheader,
    heading: fill(heading, { topics }),
    own: ownView(email.manageUrl, words.emails.addTopics.manage),
    lead,
    button,
    open,
  }
}

/** Their existing settings or account, besides the button: a sentence and a link. */
const ownView = (url: string | undefined, says: { says: string; link: string }) =>
  url ? { ...says, url } : null

/** A topic, which a stranger may have typed, as a name without links. A word joiner keeps "cs.AI" from becoming one. */
const shownTopic = (query: string): string =>
  withoutLinks(asHeading(topicName({ name: query, query })))
    .replace(/[a-z-]+\. [\w-]+/gi, (text) =>
      parseCategoryId(text.replace(' ', '')) ? text.replace(' ', '\u2060') : text,
    )
    .replace(/\. \. \.$/, '…')

const commonView = ({ topics, zone, askedAt, validUntil }: SignupEmail, url: string) => ({
  date: longDateOf(askedAt, zone),
  url,
  ...topicList(topics, shownTopic),
  zone,
  askedAt: dateAndTime(askedAt, zone),
  validUntil: dateAndTime(validUntil, zone),
})
