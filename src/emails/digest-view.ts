import type { DigestContent, DigestSection } from '../digests/digest-content.ts'
import type { Day } from '../platform/dates.ts'
import type { MailFormat } from '../subscribers/subscriber.ts'
import { dateWithYear, longDate, shortDate, weekdayDate } from '../words/dates.ts'
import { counted, words } from '../words/words.ts'
import { wrap } from './columns.ts'
import type { SiteIdentity } from './email.ts'
import { asciiLine, cut, oneLine } from './line.ts'
import { linksOf } from './links.ts'
import { type Detail, type PaperView, paperView, titleOf } from './paper-view.ts'

export interface DigestEmail {
  content: DigestContent
  /** Of the page with one button. */
  unsubscribeUrl: string
  confirmedOn: Day
  format: MailFormat
}

/** What the tags of templates/emails/digest read as `it`; an empty text is not shown. */
export interface DigestView {
  site: SiteIdentity
  /** For the subject, in ASCII. */
  siteName: string
  date: string
  shortDate: string
  weekdayDate: string
  /** What this mail is, in a line. */
  lead: string
  /** In ASCII; empty for the day's best, and for a topic that ASCII cannot write. */
  firstTopic: string
  firstTopicPapers: number
  firstTitle: string
  papers: number
  bestOf: string
  sections: { heading: string; papers: PaperView[] }[]
  more: number
  dayUrl: string
  sources: string
  confirmedOn: string
  unsubscribeUrl: string
  wrap: typeof wrap
}

const MOST = { topic: 80, sources: 240, nameInSubject: 40, titleInPreheader: 36 }

/** Everything that a digest says, in words, its papers cut to `detail`. */
export function digestView(site: SiteIdentity, email: DigestEmail, detail: Detail): DigestView {
  const { content } = email
  const links = linksOf(site.baseUrl)
  const sections = content.sections.filter(({ papers }) => papers.length > 0)
  const papers = sections.flatMap((section) => section.papers)
  const first = sections[0]
  return {
    site,
    siteName: asciiLine(site.name, MOST.nameInSubject) || 'Daily Papers',
    date: longDate(content.localDate),
    shortDate: shortDate(content.localDate),
    weekdayDate: weekdayDate(content.localDate),
    lead: leadOf(content, sections, papers.length),
    firstTopic: asciiLine(first?.topic ?? '', MOST.nameInSubject),
    firstTopicPapers: first?.papers.length ?? 0,
    firstTitle: papers[0] ? titleOf(papers[0], MOST.titleInPreheader) : '',
    papers: papers.length,
    bestOf: content.bestOf ? weekdayDate(content.bestOf) : '',
    sections: sections.map((section) => ({
      heading: headingOf(section),
      papers: section.papers.map((paper) =>
        paperView(paper, content.bestOf ?? content.localDate, links, detail),
      ),
    })),
    more: content.more,
    dayUrl: links.day(dayShown(content)),
    sources: cut(oneLine(content.sources), MOST.sources),
    confirmedOn: dateWithYear(email.confirmedOn),
    unsubscribeUrl: email.unsubscribeUrl,
    wrap,
  }
}

const headingOf = ({ topic }: DigestSection): string =>
  topic === null ? 'Most votes first' : cut(oneLine(topic), MOST.topic)

function leadOf({ bestOf, more }: DigestContent, sections: DigestSection[], papers: number): string {
  const beyond = more > 0 ? `; ${more} more on the site` : ''
  if (bestOf)
    return `The ${counted(papers, words.counts.paper)} with the most votes of ${longDate(bestOf)}${beyond}.`
  const topics = sections.length === 1 ? 'your topic' : `${sections.length} of your topics`
  return `${counted(papers, words.counts.newPaper)} on ${topics}${beyond}.`
}

/** The newest day that has a page for certain: a paper of this digest was listed on it. */
const dayShown = ({ bestOf, sections, localDate }: DigestContent): Day =>
  bestOf ??
  sections
    .flatMap(({ papers }) => papers.map(({ day }) => day))
    .toSorted()
    .at(-1) ??
  localDate
