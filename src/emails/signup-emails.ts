import { dateAndTime, hourOfDay, weekdaysText } from '../i18n/dates.ts'
import { counted, fill, words } from '../i18n/words.ts'
import type { TakenMessage } from '../mail/message.ts'
import { nameInSubject, type SiteIdentity } from '../mail/rendering/template.ts'
import { truncateAtWord, withoutLinks, wrap } from '../mail/rendering/text.ts'
import { linkEnd } from '../subscribers/links.ts'
import type { SignupEmailContent } from '../subscribers/record-signup-request.ts'
import type { Schedule } from '../subscribers/subscriber.ts'
import { contentOf, linkTo, type MailParts, type MailWriter, type Render } from './mail-writer.ts'

/** To a new address: one button that begins a subscription. */
export const confirmationMail: MailWriter<{ confirmation: Render<ConfirmationEmail> }> = (parts, message) => {
  const { url, ...email } = signupFields(parts, message)
  const { hour, days } = contentOf<SignupEmailContent>(message)
  const accountUrl = ownUrl(parts, message, 'account')
  const confirmation = { ...email, hour, days, confirmUrl: url, accountUrl }
  return { kind: 'confirmation', ...parts.emails.confirmation(confirmation) }
}

/** To a subscriber: one button that adds the topics. */
export const addTopicsMail: MailWriter<{ addTopics: Render<AddTopicsEmail> }> = (parts, message) => {
  const { url, ...email } = signupFields(parts, message)
  const manageUrl = ownUrl(parts, message, 'manage')
  return { kind: 'add-topics', ...parts.emails.addTopics({ ...email, addUrl: url, manageUrl }) }
}

/** The link to their settings or account; undefined if they have none, or did not request it. */
function ownUrl({ config }: MailParts<unknown>, message: TakenMessage, purpose: 'manage' | 'account') {
  const { epoch } = contentOf<SignupEmailContent>(message)
  return epoch === undefined
    ? undefined
    : linkTo(config, message, { purpose, id: message.subscriberId, epoch })
}

function signupFields({ config }: MailParts<unknown>, message: TakenMessage) {
  const { topics, zone, askedAt, signupId } = contentOf<SignupEmailContent>(message)
  return {
    topics: topics.map(({ query }) => query),
    zone,
    askedAt,
    validUntil: linkEnd({ purpose: 'confirm', issuedAt: message.datedAt }).toISOString(),
    url: linkTo(config, message, { purpose: 'confirm', id: String(signupId) }),
  }
}

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

/** The `it` of templates/emails/confirmation and add-topics. */
export interface SignupEmailView {
  site: SiteIdentity
  subjectLine: string
  preview: string
  heading: string
  lead: string
  button: string
  /** The line above the URL, in the text part. */
  open: string
  url: string
  topics: string[]
  /** "and 2 more", or empty. */
  moreTopics: string
  zone: string
  askedAt: string
  validUntil: string
  /** Their existing settings or account, besides the button: a sentence and a link. */
  own: { says: string; link: string; url: string } | null
  wrap: typeof wrap
}

export interface ConfirmationView extends SignupEmailView {
  /** "At 08:00 (Europe/Paris), Monday to Friday" */
  when: string
}

const MAX_TOPICS = 10
const MAX_TOPIC_LENGTH = 80

export function confirmationView(site: SiteIdentity, email: ConfirmationEmail): ConfirmationView {
  const { zone } = email
  const hour = hourOfDay(email.hour)
  const { subject, preheader, when, heading, lead, button, open } = words.emails.confirmation
  return {
    ...commonView(site, email, email.confirmUrl),
    subjectLine: fill(subject, { site: nameInSubject(site) }),
    preview: fill(preheader, { hour, zone }),
    when: fill(when, { hour, zone, days: weekdaysText(email.days) }),
    own: ownView(email.accountUrl, words.emails.confirmation.account),
    lead: fill(lead, { site: site.name }),
    ...{ heading, button, open },
  }
}

export function addTopicsView(site: SiteIdentity, email: AddTopicsEmail): SignupEmailView {
  const topics = counted(email.topics.length, words.counts.topic)
  const { subject, preheader, heading, lead, button, open } = words.emails.addTopics
  return {
    ...commonView(site, email, email.addUrl),
    subjectLine: fill(subject, { topics, site: nameInSubject(site) }),
    preview: preheader,
    heading: fill(heading, { topics }),
    own: ownView(email.manageUrl, words.emails.addTopics.manage),
    ...{ lead, button, open },
  }
}

const ownView = (url: string | undefined, says: { says: string; link: string }): SignupEmailView['own'] =>
  url ? { ...says, url } : null

function commonView(site: SiteIdentity, { topics, zone, askedAt, validUntil }: SignupEmail, url: string) {
  const more = topics.length - MAX_TOPICS
  return {
    site,
    url,
    topics: topics.slice(0, MAX_TOPICS).map((topic) => truncateAtWord(withoutLinks(topic), MAX_TOPIC_LENGTH)),
    moreTopics: more > 0 ? counted(more, words.emails.confirmation.moreTopics) : '',
    zone,
    askedAt: dateAndTime(askedAt, zone),
    validUntil: dateAndTime(validUntil, zone),
    wrap,
  }
}
