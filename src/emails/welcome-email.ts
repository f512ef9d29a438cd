import type { Day } from '../core/dates.ts'
import type { DigestContent } from '../digests/digest-content.ts'
import type { WelcomeMessage } from '../digests/welcome-message.ts'
import { dateWithYear, hourOfDay, longDate, weekdayDate } from '../i18n/dates.ts'
import { counted, fill, words } from '../i18n/words.ts'
import { nameInSubject, type SiteIdentity } from '../mail/rendering/template.ts'
import { oneLine, truncateAtWord, wrap } from '../mail/rendering/text.ts'
import { siteLinks, topicLink } from '../subscribers/links.ts'
import type { MailDetail, MailFormat } from '../subscribers/subscriber.ts'
import { digestSubject, leadWithMore, moreOnSite, preheaderOf, type ReaderLinks } from './digest-email.ts'
import { contentOf, linkTo, type MailWriter, type Render } from './mail-writer.ts'
import { type PaperDetail, type SectionView, sectionViews } from './sections-view.ts'

/** To a subscriber who just confirmed. It is sent and cancelled as digests are. */
export const welcomeMail: MailWriter<{ welcome: Render<WelcomeEmail> }> = ({ config, emails }, message) => {
  const { epoch, papers: _, ...content } = contentOf<WelcomeMessage>(message)
  const id = message.subscriberId
  const manageUrl = linkTo(config, message, { purpose: 'manage', id, epoch })
  const unsubscribeUrl = linkTo(config, message, { purpose: 'unsubscribe', id, epoch })
  const viewUrl = linkTo(config, message, { purpose: 'digest', id: message.id })
  const email = emails.welcome({ ...content, manageUrl, unsubscribeUrl, viewUrl })
  return { kind: 'welcome', unsubscribeUrl, ...email }
}

/** To a subscriber who just confirmed: plain data, stored with the message. */
export interface WelcomeEmail extends ReaderLinks {
  /** Papers of one day as a first digest; null if there are none. */
  content: DigestContent | null
  /** There were papers, and none matched. */
  nothingMatched: boolean
  /**
   * Without `content`: how many of today's papers matched, and how many matches were emailed before.
   */
  matchedToday: number
  mailedBefore: number
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

/** The `it` of templates/emails/welcome; an empty text is not shown. */
export interface WelcomeView extends ReaderLinks {
  site: SiteIdentity
  subjectLine: string
  preview: string
  /** When the first digest is due. */
  first: string
  /** Introduces the papers below; empty if there are none. */
  intro: string
  sections: SectionView[]
  /** "12 more on the site", with a link to them. */
  more: string
  moreUrl: string
  /** Where the matches are, if the welcome has no papers. */
  elsewhere: string
  /** The topics, if nothing matched them. */
  nothing: string[]
  moreTopics: string
  confirmedOn: string
  wrap: typeof wrap
}

const MAX_TOPICS = 10
const MAX_TOPIC_LENGTH = 80

/** The whole content of a welcome, in words; its papers are cut to `detail`. */
export function welcomeView(site: SiteIdentity, email: WelcomeEmail, detail: PaperDetail): WelcomeView {
  const { content, unsubscribeUrl, manageUrl } = email
  return {
    site,
    subjectLine: subjectLine(site, email),
    preview: content ? preheaderOf(content) : words.emails.welcome.preheaderAlone,
    first: firstOf(email),
    ...papersOf(site, email, detail),
    elsewhere: elsewhereText(email),
    ...topicsOf(email),
    confirmedOn: dateWithYear(email.confirmedOn),
    unsubscribeUrl,
    manageUrl,
    viewUrl: content ? email.viewUrl : '',
    wrap,
  }
}

function subjectLine(site: SiteIdentity, { content, next }: WelcomeEmail): string {
  const { subject, subjectAlone, subjectBare } = words.emails.welcome
  if (content) return fill(subject, { what: digestSubject(content) })
  if (next) return fill(subjectAlone, { date: weekdayDate(next) })
  return fill(subjectBare, { site: nameInSubject(site) })
}

const firstOf = ({ next, hour, zone }: WelcomeEmail): string =>
  next ? fill(words.emails.welcome.first, { day: longDate(next), hour: hourOfDay(hour), zone }) : ''

function papersOf(site: SiteIdentity, { content, manageUrl, viewUrl }: WelcomeEmail, detail: PaperDetail) {
  if (!content) return { intro: '', sections: [], more: '', moreUrl: '' }
  const links = siteLinks(site.baseUrl)
  const intro = content.bestOf ? words.emails.welcome.best : words.emails.welcome.matched
  return {
    intro: fill(intro, { day: longDate(content.localDate), lead: leadWithMore(content) }),
    sections: sectionViews(content, { links, changeUrl: (at) => topicLink(manageUrl, at), detail }),
    ...moreOnSite(content, { links, viewUrl }),
  }
}

type Matched = Pick<WelcomeEmail, 'content' | 'matchedToday' | 'mailedBefore'>

/** Where the matches are, if not in the welcome; empty if there is nothing to say. */
export function elsewhereText({ content, matchedToday, mailedBefore }: Matched): string {
  const { today, before } = words.emails.welcome
  if (content) return ''
  if (matchedToday > 0) return counted(matchedToday, today)
  return mailedBefore > 0 ? counted(mailedBefore, before) : ''
}

function topicsOf({ nothingMatched, topics }: WelcomeEmail) {
  if (!nothingMatched) return { nothing: [], moreTopics: '' }
  const more = topics.length - MAX_TOPICS
  return {
    nothing: topics.slice(0, MAX_TOPICS).map((topic) => truncateAtWord(oneLine(topic), MAX_TOPIC_LENGTH)),
    moreTopics: more > 0 ? counted(more, words.emails.confirmation.moreTopics) : '',
  }
}
