import type { WelcomeMessage } from '../digests/welcome-message.ts'
import { dateWithYear, hourOfDay, longDate, weekdayDate } from '../i18n/dates.ts'
import { counted, fill, words } from '../i18n/words.ts'
import { nameInSubject, type SiteIdentity } from '../mail/rendering/template.ts'
import { siteLinks, topicLink } from '../subscribers/links.ts'
import { digestSubject, leadWithMore, moreOnSite, preheaderOf, type ReaderLinks } from './digest-email.ts'
import { type PaperDetail, sectionViews } from './sections-view.ts'
import { topicList } from './topic-list.ts'

/** To a subscriber who just confirmed: the content of its message, and the links. */
export interface WelcomeEmail extends Omit<WelcomeMessage, 'epoch' | 'papers'>, ReaderLinks {}

/** The whole content of a welcome, in words; its papers are cut to `detail`. An empty text is not shown. */
export function welcomeView(site: SiteIdentity, email: WelcomeEmail, detail: PaperDetail) {
  const { content, unsubscribeUrl, manageUrl } = email
  return {
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

function papersOf(
  { baseUrl }: SiteIdentity,
  { content, manageUrl, viewUrl }: WelcomeEmail,
  detail: PaperDetail,
) {
  if (!content) return { intro: '', sections: [], more: '', moreUrl: '' }
  const links = siteLinks(baseUrl)
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

/** The topics, if nothing matched them. */
function topicsOf({ nothingMatched, topics }: WelcomeEmail) {
  const list = topicList(nothingMatched ? topics : [])
  return { nothing: list.topics, moreTopics: list.moreTopics }
}
