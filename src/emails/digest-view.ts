import type { Day } from '../core/dates.ts'
import type { DigestContent } from '../digests/digest-content.ts'
import { dateWithYear, longDate } from '../i18n/dates.ts'
import { fill, words } from '../i18n/words.ts'
import type { SiteIdentity } from '../mail/templates/template.ts'
import { oneLine, truncateAtWord, wrap } from '../mail/templates/text.ts'
import { type Links, siteLinks, topicLink } from '../subscribers/links.ts'
import type { MailDetail, MailFormat } from '../subscribers/subscriber.ts'
import { digestSubject, leadWithMore, preheaderOf } from './digest-wording.ts'
import type { PaperDetail } from './paper-view.ts'
import { nonEmptySections, type SectionView, sectionViews } from './sections-view.ts'

/** The links of one email; all but `viewUrl` are personal. */
export interface ReaderLinks {
  /** The page with one button. */
  unsubscribeUrl: string
  manageUrl: string
  /** The same papers on the site, for anyone who has the link. */
  viewUrl: string
}

export interface DigestEmail extends ReaderLinks {
  content: DigestContent
  confirmedOn: Day
  format: MailFormat
  detail: MailDetail
}

/** The `it` of templates/emails/digest; an empty text is not shown. */
export interface DigestView extends ReaderLinks {
  site: SiteIdentity
  subjectLine: string
  preview: string
  date: string
  /** One sentence that describes this email. */
  lead: string
  sections: SectionView[]
  /** "12 more on the site", with a link to them. */
  more: string
  moreUrl: string
  sources: string
  confirmedOn: string
  wrap: typeof wrap
}

const MAX_SOURCES_LENGTH = 320

/** The whole content of a digest, in words; its papers are cut to `detail`. */
export function digestView(site: SiteIdentity, email: DigestEmail, detail: PaperDetail): DigestView {
  const { content, unsubscribeUrl, manageUrl, viewUrl } = email
  const links = siteLinks(site.baseUrl)
  return {
    site,
    subjectLine: digestSubject(content),
    preview: preheaderOf(content),
    date: longDate(content.localDate),
    lead: leadWithMore(content),
    sections: sectionViews(content, { links, changeUrl: (at) => topicLink(manageUrl, at), detail }),
    ...moreOnSite(content, { links, viewUrl }),
    sources: truncateAtWord(oneLine(content.sources), MAX_SOURCES_LENGTH),
    confirmedOn: dateWithYear(email.confirmedOn),
    unsubscribeUrl,
    manageUrl,
    viewUrl,
    wrap,
  }
}

/** The number of further papers on the site, and the link to them. */
export const moreOnSite = (
  content: DigestContent,
  { links, viewUrl }: { links: Links; viewUrl: string },
) => ({
  more: content.more > 0 ? fill(words.emails.digest.more, { count: content.more }) : '',
  moreUrl: content.beyond.length > 0 ? `${viewUrl}#more` : links.day(dayShown(content)),
})

/** The newest day that certainly has a page: a paper of this digest was listed on it. */
const dayShown = ({ bestOf, sections, localDate }: DigestContent): Day =>
  bestOf ??
  nonEmptySections(sections)
    .flatMap(({ papers }) => papers.map(({ day }) => day))
    .toSorted()
    .at(-1) ??
  localDate
