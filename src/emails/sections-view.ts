import type { DigestContent, DigestSection } from '../digests/digest-content.ts'
import { fill, words } from '../i18n/words.ts'
import { oneLine, truncateAtWord } from '../mail/templates/text.ts'
import type { ShownPaper } from '../queries/reasons/shown-paper.ts'
import type { Links, TopicPaperRef } from '../subscribers/links.ts'
import { type PaperDetail, type PaperView, paperView } from './paper-view.ts'

/** A section in `it.sections` of parts/sections.mjml and parts/sections.txt. */
export interface SectionView {
  heading: string
  papers: PaperInSection[]
}

interface PaperInSection extends PaperView {
  /** "Change: linear attention", with a link to the page for trying changes; absent if only titles are shown. */
  change?: { text: string; url: string }
}

interface SectionsOptions {
  links: Links
  /** The page for changing a topic, starting from a paper. */
  changeUrl?: (at: TopicPaperRef) => string
  detail: PaperDetail
}

const MAX_TOPIC_LENGTH = 80
const MAX_TOPIC_IN_LINK_LENGTH = 40

/** The non-empty sections, in words, cut to `detail`. A paper that is older than the newest one shows its day. */
export function sectionViews(
  { sections }: Pick<DigestContent, 'sections'>,
  { links, changeUrl, detail }: SectionsOptions,
): SectionView[] {
  const shown = nonEmptySections(sections)
  const days = shown.flatMap(({ papers }) => papers.map(({ day }) => day))
  const newest = days.toSorted().at(-1)
  return shown.map((section) => ({
    heading: headingOf(section),
    papers: section.papers.map((paper) => ({
      ...paperView(paper, links, detail, paper.day !== newest),
      change: detail.body && changeUrl ? changeOf(section, paper, changeUrl) : undefined,
    })),
  }))
}

export const nonEmptySections = (sections: DigestSection[]): DigestSection[] =>
  sections.filter(({ papers }) => papers.length > 0)

export function headingOf({ topic, rising, close }: DigestSection): string {
  if (rising) return words.emails.parts.rising
  if (close)
    return fill(words.emails.parts.close, { topic: truncateAtWord(oneLine(topic ?? ''), MAX_TOPIC_LENGTH) })
  return topic === null ? words.emails.parts.byVotes : truncateAtWord(oneLine(topic), MAX_TOPIC_LENGTH)
}

function changeOf(
  { topic, topicId }: DigestSection,
  { id: paperId }: ShownPaper,
  changeUrl: (at: TopicPaperRef) => string,
): PaperInSection['change'] {
  // A digest planned by an earlier release has no ids.
  if (topic === null || !topicId) return undefined
  return {
    text: fill(words.emails.parts.change, {
      topic: truncateAtWord(oneLine(topic), MAX_TOPIC_IN_LINK_LENGTH),
    }),
    url: changeUrl({ topicId, paperId }),
  }
}
