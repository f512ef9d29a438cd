import type { Day } from '../../core/dates.ts'
import type { ShownDigest } from '../../digests/show-digest.ts'
import { publicLead } from '../../emails/digest-email.ts'
import { type SectionView, sectionViews } from '../../emails/sections-view.ts'
import { longDate } from '../../i18n/dates.ts'
import { paperPathOf } from '../../papers/paper-key.ts'
import { plainText } from '../../papers/text/plain-text.ts'
import { requestTopicLinkPath, siteLinks } from '../../subscribers/links.ts'

/** A digest as anyone may see it: without the address, and without links to the reader's own pages. */
export interface DigestPageView {
  day: Day
  /** "Tuesday, 24 November 2026" */
  date: string
  lead: string
  sections: SectionView[]
  /** Papers beyond the reader's limit; `unlisted` of them are only counted. */
  more: { count: number; papers: { path: string; title: string }[]; unlisted: number }
}

const WHOLE = { title: 400, reason: 240, body: { snippet: 4_000 } }

export function digestPageView({ content, beyond }: ShownDigest, baseUrl: string): DigestPageView {
  return {
    day: content.localDate,
    date: longDate(content.localDate),
    lead: publicLead(content),
    sections: sectionViews(content, {
      links: siteLinks(baseUrl),
      changeUrl: requestTopicLinkPath,
      detail: WHOLE,
    }),
    more: {
      count: content.more,
      papers: beyond.map((paper) => ({ path: paperPathOf(paper), title: plainText(paper.title) })),
      unlisted: content.more - beyond.length,
    },
  }
}
