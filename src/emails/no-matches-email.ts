import type { NoMatchesMessage } from '../digests/no-matches.ts'
import { dateWithYear, shortDate, weekdayDate, weekdayDateWithYear } from '../i18n/dates.ts'
import { counted, fill, words } from '../i18n/words.ts'
import { nameInSubject, type SiteIdentity } from '../mail/rendering/template.ts'
import { oneLine, truncateAtWord, wrap } from '../mail/rendering/text.ts'
import { siteLinks } from '../subscribers/links.ts'
import { contentOf, linkTo, type MailWriter, type Render } from './mail-writer.ts'

/** To a subscriber whose topics have matched nothing for a while. It is sent and cancelled as digests are. */
export const noMatchesMail: MailWriter<{ noMatches: Render<NoMatchesEmail> }> = (
  { config, emails },
  message,
) => {
  const { epoch, ...content } = contentOf<NoMatchesMessage>(message)
  const id = message.subscriberId
  const manageUrl = linkTo(config, message, { purpose: 'manage', id, epoch })
  const unsubscribeUrl = linkTo(config, message, { purpose: 'unsubscribe', id, epoch })
  return { kind: 'note', unsubscribeUrl, ...emails.noMatches({ ...content, manageUrl, unsubscribeUrl }) }
}

/** To a subscriber whose topics have matched nothing for a while: the content of its message, and the links. */
export interface NoMatchesEmail extends Omit<NoMatchesMessage, 'epoch'> {
  manageUrl: string
  unsubscribeUrl: string
}

/** The `it` of templates/emails/note. */
export interface NoMatchesView {
  site: SiteIdentity
  /** For the subject, in ASCII. */
  siteName: string
  /** "18 Nov", "18 Nov 2026" in another year */
  shortSince: string
  lead: string
  topics: string[]
  moreTopics: string
  nearest: { title: string; url?: string; reason: string }[]
  /** The label of the option for fewer emails. */
  fewer: string
  fewerHint: string
  confirmedOn: string
  /** The page for topics. The footer of this email omits its own link to it. */
  changeUrl: string
  unsubscribeUrl: string
  wrap: typeof wrap
}

const MAX_TOPICS = 10
const MAX_LENGTHS = { topic: 80, title: 250, reason: 240 }

export function noMatchesView(site: SiteIdentity, email: NoMatchesEmail): NoMatchesView {
  const { topics, since, dates, localDate } = email
  const links = siteLinks(site.baseUrl)
  const note = words.emails.note
  const more = topics.length - MAX_TOPICS
  const isOfThisYear = since.slice(0, 4) === localDate.slice(0, 4)
  return {
    site,
    siteName: nameInSubject(site),
    shortSince: isOfThisYear ? shortDate(since) : dateWithYear(since),
    lead: fill(note.lead, {
      count: dates,
      since: isOfThisYear ? weekdayDate(since) : weekdayDateWithYear(since),
    }),
    topics: topics.slice(0, MAX_TOPICS).map((topic) => truncateAtWord(oneLine(topic), MAX_LENGTHS.topic)),
    moreTopics: more > 0 ? counted(more, note.moreTopics) : '',
    nearest: email.nearest.map(({ title, path, reason }) => ({
      title: truncateAtWord(oneLine(title), MAX_LENGTHS.title),
      url: links.paper(path),
      reason: truncateAtWord(oneLine(reason), MAX_LENGTHS.reason),
    })),
    fewer: email.weekly ? note.pause : note.fewer,
    fewerHint: email.weekly ? note.pauseHint : note.fewerHint,
    confirmedOn: dateWithYear(email.confirmedOn),
    changeUrl: email.manageUrl,
    unsubscribeUrl: email.unsubscribeUrl,
    wrap,
  }
}
