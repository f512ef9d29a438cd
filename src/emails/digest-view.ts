import type { Day } from '../core/dates.ts'
import type { DigestContent } from '../digests/digest-content.ts'
import { dateWithYear, longDate } from '../i18n/dates.ts'
import { fill, words } from '../i18n/words.ts'
import { oneLine, truncateAtWord } from '../mail/templates/one-line.ts'
import type { SiteIdentity } from '../mail/templates/rendered-email.ts'
import { wrap } from '../mail/templates/wrap.ts'
import { type Links, siteLinks, topicLink } from '../subscribers/links.ts'
import type { MailDetail, MailFormat } from '../subscribers/subscriber.ts'
import { digestSubject, leadWithMore, preheaderOf } from './digest-wording.ts'
import type { PaperDetail } from './paper-view.ts'
import { nonEmptySections, type SectionView, sectionViews } from './sections-view.ts'

/** The links of one mail that only its reader holds, but for `viewUrl`. */
export interface ReaderLinks {
  /** The page with one button. */
  unsubscribeUrl: string
  manageUrl: string
  /** The same papers on the site, for anybody who has the address. */
  viewUrl: string
}

export interface DigestEmail extends ReaderLinks {
  content: DigestContent
  confirmedOn: Day
  format: MailFormat
  detail: MailDetail
}

/** What the tags of templates/emails/digest read as `it`; an empty text is not shown. */
export interface DigestView extends ReaderLinks {
  site: SiteIdentity
  subjectLine: string
  preview: string
  date: string
  /** What this mail is, in a sentence. */
  lead: string
  sections: SectionView[]
  /** "12 more on the site", and where they are. */
  more: string
  moreUrl: string
  sources: string
  confirmedOn: string
  wrap: typeof wrap
}

const MAX_SOURCES_LENGTH = 320

/** Everything that a digest says, in words, its papers cut to `detail`. */
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

/** How many more there are on the site, and where. */
export const moreOnSite = (
  content: DigestContent,
  { links, viewUrl }: { links: Links; viewUrl: string },
) => ({
  more: content.more > 0 ? fill(words.emails.digest.more, { count: content.more }) : '',
  moreUrl: content.beyond.length > 0 ? `${viewUrl}#more` : links.day(dayShown(content)),
})

/** The newest day that has a page for certain: a paper of this digest was listed on it. */
const dayShown = ({ bestOf, sections, localDate }: DigestContent): Day =>
  bestOf ??
  nonEmptySections(sections)
    .flatMap(({ papers }) => papers.map(({ day }) => day))
    .toSorted()
    .at(-1) ??
  localDate
