import type { Day } from '../core/dates.ts'
import type { DigestContent } from '../digests/digest-content.ts'
import { dateWithYear, longDate } from '../i18n/dates.ts'
import { fill, words } from '../i18n/words.ts'
import { wrap } from '../mail/templates/columns.ts'
import type { SiteIdentity } from '../mail/templates/email.ts'
import { cut, oneLine } from '../mail/templates/line.ts'
import { type Links, linksOf, topicLink } from '../subscribers/links.ts'
import type { MailDetail, MailFormat } from '../subscribers/subscriber.ts'
import { leadWithMore, preheaderOf, subjectOf } from './digest-wording.ts'
import type { Detail } from './paper-view.ts'
import { filled, type SectionView, sectionViews } from './sections-view.ts'

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
export function digestView(site: SiteIdentity, email: DigestEmail, detail: Detail): DigestView {
  const { content, unsubscribeUrl, manageUrl, viewUrl } = email
  const links = linksOf(site.baseUrl)
  return {
    site,
    subjectLine: subjectOf(content),
    preview: preheaderOf(content),
    date: longDate(content.localDate),
    lead: leadWithMore(content),
    sections: sectionViews(content, { links, changeUrl: (at) => topicLink(manageUrl, at), detail }),
    ...moreOf(content, { links, viewUrl }),
    sources: cut(oneLine(content.sources), MAX_SOURCES_LENGTH),
    confirmedOn: dateWithYear(email.confirmedOn),
    unsubscribeUrl,
    manageUrl,
    viewUrl,
    wrap,
  }
}

/** How many more there are on the site, and where. */
export const moreOf = (content: DigestContent, { links, viewUrl }: { links: Links; viewUrl: string }) => ({
  more: content.more > 0 ? fill(words.emails.digest.more, { count: content.more }) : '',
  moreUrl: content.beyond.length > 0 ? `${viewUrl}#more` : links.day(dayShown(content)),
})

/** The newest day that has a page for certain: a paper of this digest was listed on it. */
const dayShown = ({ bestOf, sections, localDate }: DigestContent): Day =>
  bestOf ??
  filled(sections)
    .flatMap(({ papers }) => papers.map(({ day }) => day))
    .toSorted()
    .at(-1) ??
  localDate
