import { addDays, type Day } from '../core/dates.ts'
import { attributionOf, servicesOf } from '../digests/attribution.ts'
import type { DigestContent } from '../digests/digest-content.ts'
import type { EmailedWeek } from '../digests/earlier-digest.repo.ts'
import { sourcesLine } from '../digests/sources-line.ts'
import { dateWithYear, longDate, shortDate } from '../i18n/dates.ts'
import { counted, fill, words } from '../i18n/words.ts'
import type { SiteIdentity } from '../mail/rendering/template.ts'
import { oneLine, truncateAtWord } from '../mail/rendering/text.ts'
import { queryOfName } from '../queries/language/topic-name.ts'
import { type Links, siteLinks } from '../subscribers/page-links.ts'
import type { MailDetail, MailFormat } from '../subscribers/subscriber.ts'
import { digestSubject, preheaderOf } from './digest-subject.ts'
import { dayShown, digestHeading, digestLead, leadWithMore } from './digest-summary.ts'
import { type Summarized, sectionViews, summariesText } from './sections-view.ts'

/** The links of one email; all but `viewUrl` are personal. */
export interface ReaderLinks {
  /** The page with one button. */
  unsubscribeUrl: string
  manageUrl: string
  /** The email's papers on the site, for anyone who has the link. */
  viewUrl: string
  /** The reader's own page of these papers, each with the links that change its topic. */
  ownViewUrl: string
}

export interface DigestEmail extends ReaderLinks {
  content: DigestContent
  confirmedOn: Day
  format: MailFormat
  detail: MailDetail
  /** What the emails of the last seven days had; set if one email a week would have been enough for them. */
  lastWeek?: EmailedWeek
}

const MAX_SOURCES_LENGTH = 320

/** What surrounds the papers of a digest, in words. An empty text is not shown. */
export const digestView = (site: SiteIdentity, email: DigestEmail, papers: readonly Summarized[]) => ({
  subjectLine: digestSubject(email.content),
  preview: preheaderOf(email.content),
  date: longDate(email.content.localDate),
  heading: digestHeading(email.content),
  lead: leadWithMore(email.content),
  ...underPapers(site, email, email.content, papers),
  offer: email.lastWeek && weeklyOffer(email.lastWeek, email.unsubscribeUrl),
  since: sinceText(email.confirmedOn, email.content.week !== null),
  unsubscribeUrl: email.unsubscribeUrl,
  manageUrl: email.manageUrl,
  viewUrl: email.viewUrl,
})

/** The button below the papers, and whose summaries and papers they are. */
export const underPapers = (
  { baseUrl }: SiteIdentity,
  { viewUrl }: ReaderLinks,
  content: DigestContent,
  papers: readonly Summarized[],
) => ({
  summaries: summariesText(papers),
  sources: truncateAtWord(oneLine(sourcesLine(content.sources)), MAX_SOURCES_LENGTH),
  attribution: attributionOf(servicesOf(content.sources.map(({ source }) => source))),
  ...moreOnSite(content, { links: siteLinks(baseUrl), viewUrl }),
})

/** The button: to the papers that match too, or to all papers of the day or the week. */
function moreOnSite(content: DigestContent, { links, viewUrl }: { links: Links; viewUrl: string }) {
  const { seeOthers, seeDay, seeWeek } = words.emails.digest
  const { more, beyond, week } = content
  const day = dayShown(content)
  // The week of the site that has most days of the digest's.
  const listUrl = week ? links.week(addDays(week.to, -3)) : links.day(day)
  if (more > 0)
    return { more: counted(more, seeOthers), moreUrl: beyond.length > 0 ? `${viewUrl}#more` : listUrl }
  return { more: week ? seeWeek : fill(seeDay, { day: shortDate(day) }), moreUrl: listUrl }
}

/** The page to unsubscribe has a button for one email a week. */
function weeklyOffer({ emails, papers }: EmailedWeek, unsubscribeUrl: string) {
  const { heading, text, link } = words.emails.digest.weekly
  return { heading, text: counted(papers, text, { emails }), link, url: `${unsubscribeUrl}#less` }
}

/** "You subscribed on 3 Nov 2026." */
export const sinceText = (confirmedOn: Day, weekly: boolean): string =>
  fill(weekly ? words.emails.parts.sinceWeekly : words.emails.parts.since, {
    date: dateWithYear(confirmedOn),
  })

/**
 * A digest as anyone may see it: without the address, and without links to the reader's own pages. `manageUrl`: with
 * those links, for the reader.
 */
export const digestPageView = (content: DigestContent, baseUrl: string, manageUrl?: string) => ({
  content,
  subject: digestSubject(content),
  heading: digestHeading(content),
  lead: digestLead(content),
  /** The topics whose papers it shows, for the form. */
  topics: [
    ...new Set(content.sections.flatMap(({ topic, rising }) => (topic && !rising ? queryOfName(topic) : []))),
  ],
  sections: sectionViews(content, siteLinks(baseUrl), manageUrl),
})
