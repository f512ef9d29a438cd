import type { WelcomeMessage } from '../digests/welcome-message.ts'
import { hourOfDay, longDate, weekdayDate } from '../i18n/dates.ts'
import { counted, fill, words } from '../i18n/words.ts'
import { nameInSubject, type SiteIdentity } from '../mail/rendering/template.ts'
import { type ReaderLinks, sinceText, underPapers } from './digest-email.ts'
import { preheaderOf } from './digest-subject.ts'
import { leadWithMore } from './digest-summary.ts'
import { titleInSubject } from './paper-name.ts'
import { paperTitle, type Summarized } from './sections-view.ts'
import { papersOf, splitSections } from './strongest-papers.ts'
import { topicList } from './topic-list.ts'

/** To a subscriber who just confirmed: the content of its message, and the links. */
export interface WelcomeEmail extends Omit<WelcomeMessage, 'epoch' | 'papers'>, ReaderLinks {}

/** What surrounds the papers of a welcome, in words. An empty text is not shown. */
export function welcomeView(site: SiteIdentity, email: WelcomeEmail, papers: readonly Summarized[]) {
  const { content, confirmedOn, unsubscribeUrl, manageUrl } = email
  return {
    subjectLine: subjectLine(site, email),
    preview: content ? preheaderOf(content) : words.emails.welcome.preheaderAlone,
    date: longDate(confirmedOn),
    first: firstOf(email),
    ...aroundPapers(site, email, papers),
    elsewhere: elsewhereText(email),
    ...topicsOf(email),
    since: sinceText(confirmedOn, content?.week != null),
    unsubscribeUrl,
    manageUrl,
    viewUrl: content ? email.viewUrl : '',
  }
}

const MAX_TITLE_LENGTH = 58
const MAX_WHOLE_TITLE = 400

function subjectLine(site: SiteIdentity, { content, next }: WelcomeEmail): string {
  const { subject, subjectAlone, subjectBare } = words.emails.welcome
  const [best, ...others] = content ? splitSections(content.sections).strongest : []
  const title = best ? titleInSubject(paperTitle(best.paper, MAX_WHOLE_TITLE), MAX_TITLE_LENGTH) : ''
  if (title) return counted(others.length + 1, subject, { title, more: others.length })
  if (next) return fill(subjectAlone, { date: weekdayDate(next) })
  return fill(subjectBare, { site: nameInSubject(site) })
}

const firstOf = ({ next, hour, zone }: WelcomeEmail): string =>
  next ? fill(words.emails.welcome.first, { day: longDate(next), hour: hourOfDay(hour), zone }) : ''

/** Without papers, the button leads to the settings. */
function aroundPapers(site: SiteIdentity, email: WelcomeEmail, papers: readonly Summarized[]) {
  const { content, confirmedOn, manageUrl } = email
  if (!content) return { intro: '', more: words.emails.welcome.change, moreUrl: manageUrl }
  const lead = leadWithMore(content, confirmedOn)
  const { start, once } = words.emails.welcome
  const count = papersOf(content).length
  const intro = [counted(count, start), lead, counted(count, once)].filter(Boolean).join(' ')
  return { intro, ...underPapers(site, email, content, papers) }
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
