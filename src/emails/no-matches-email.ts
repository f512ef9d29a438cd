import type { NoMatchesMessage } from '../digests/no-matches.ts'
import { dateWithYear, longDate, shortDate, weekdayDate, weekdayDateWithYear } from '../i18n/dates.ts'
import { fill, words } from '../i18n/words.ts'
import type { SiteIdentity } from '../mail/rendering/template.ts'
import { oneLine, truncateAtWord } from '../mail/rendering/text.ts'
import { asHeading } from '../queries/language/topic-name.ts'
import { gapText } from '../queries/reasons/reason-text.ts'
import { siteLinks } from '../subscribers/page-links.ts'
import { sinceText } from './digest-email.ts'
import { topicList } from './topic-list.ts'

/** To a subscriber whose topics have matched nothing for a while: the content of its message, and the links. */
export interface NoMatchesEmail extends Omit<NoMatchesMessage, 'epoch'> {
  manageUrl: string
  unsubscribeUrl: string
}

const MAX_LENGTHS = { title: 250, reason: 240 }

export function noMatchesView({ baseUrl }: SiteIdentity, email: NoMatchesEmail) {
  const { topics, since, dates, localDate } = email
  const links = siteLinks(baseUrl)
  const note = words.emails.note
  const isOfThisYear = since.slice(0, 4) === localDate.slice(0, 4)
  return {
    date: longDate(localDate),
    shortSince: isOfThisYear ? shortDate(since) : dateWithYear(since),
    lead: fill(note.lead, {
      count: dates,
      since: isOfThisYear ? weekdayDate(since) : weekdayDateWithYear(since),
    }),
    ...topicList(topics.map(asHeading)),
    nearest: email.nearest.map(({ title, path, gap }) => ({
      title: truncateAtWord(oneLine(title), MAX_LENGTHS.title),
      url: links.paper(path),
      reason: truncateAtWord(oneLine(gapText(gap)), MAX_LENGTHS.reason),
    })),
    fewer: email.weekly ? note.pause : note.fewer,
    fewerHint: email.weekly ? note.pauseHint : note.fewerHint,
    since: sinceText(email.confirmedOn, email.weekly),
    // Not manageUrl: the footer of this email omits its own link to the page for topics.
    changeUrl: email.manageUrl,
    unsubscribeUrl: email.unsubscribeUrl,
  }
}
