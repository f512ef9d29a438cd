import type { Day } from '../core/dates.ts'
import type { DigestContent, DigestSection } from '../digests/digest-content.ts'
import { shortDate } from '../i18n/dates.ts'
import { counted, fill, words } from '../i18n/words.ts'
import { oneLine, truncateAtWord, visibleText } from '../mail/rendering/text.ts'
import { asHeading } from '../queries/language/topic-name.ts'
import type { ShownPaper, TextRun } from '../queries/reasons/shown-paper.ts'
import { arxivLink, arxivPdfLink, codeLink, type Links, type TopicPaperRef } from '../subscribers/links.ts'

interface SectionsOptions {
  links: Links
  /** The page of a topic, from which a paper of it can be rated; absent on pages for anyone. */
  topicUrl?: (at: TopicPaperRef) => string
  /** The setting of papers that come close; absent on pages for anyone. */
  turnOffUrl?: string
  detail: PaperDetail
}

const MAX_TOPIC_LENGTH = 80

/**
 * The non-empty sections for parts/sections.mjml and parts/sections.txt, in words, cut to `detail`. A paper that is
 * older than the newest one shows its day. `edit`, `own` and `step` are personal links; a topic that is only tried out
 * has none.
 */
export function sectionViews(
  { sections }: Pick<DigestContent, 'sections'>,
  { links, topicUrl, turnOffUrl, detail }: SectionsOptions,
) {
  const shown = nonEmptySections(sections)
  const newest = newestDay(shown)
  return shown.map((section) => {
    const urlFrom = (paper: ShownPaper) => {
      const topicId = topicIdOf(paper, section)
      return topicId ? topicUrl?.({ topicId, paperId: paper.id }) : undefined
    }
    return {
      ...headOf(section, shown),
      edit: section.close ? turnOffUrl : editUrl(urlFrom(section.papers[0]!)),
      papers: section.papers.map((paper) => ({
        ...paperView(paper, links, detail, paper.day !== newest),
        ...(detail.body && ownLinks(paper, urlFrom(paper))),
      })),
    }
  })
}

/** The topic whose page the links of a paper open; null without one. */
export const topicIdOf = ({ closeTo }: ShownPaper, { topicId }: DigestSection): number | null =>
  closeTo?.topicId ?? topicId

/** The page of a topic from a paper, on which the topic is edited. */
export const editUrl = (url: string | undefined): string | undefined => url && `${url}&edit=topic`

/** The links beside a paper: for a match `own`, for one that comes close `step`. */
export const ownLinks = ({ closeTo }: ShownPaper, url: string | undefined) =>
  closeTo ? { step: url } : { own: url }

/** What precedes the papers of a section, without its link; `shown` are all sections of the digest. */
export function headOf(section: DigestSection, shown: readonly DigestSection[]) {
  const { close = false } = section
  // If nothing matched, the digest says so at its beginning.
  const hint = close && shown.length > 1 ? words.emails.parts.closeHint : ''
  return { heading: asHeading(headingOf(section)), close, hint }
}

/** What tells whose sentence is shown under a title. */
export type Summarized = Pick<PaperView, 'snippetText' | 'isSummary'>

/** Who wrote the sentences under the titles; empty if there are no such sentences. */
export function summariesText(papers: readonly Summarized[]): string {
  const shown = papers.filter(({ snippetText }) => snippetText)
  if (!shown.some(({ isSummary }) => isSummary)) return ''
  const { summaries, summariesAndAbstracts } = words.emails.parts
  return shown.every(({ isSummary }) => isSummary) ? summaries : summariesAndAbstracts
}

/** The newest day of the papers of some sections; undefined without papers. */
export function newestDay(sections: readonly DigestSection[]): Day | undefined {
  let newest: Day | undefined
  for (const { papers } of sections)
    for (const { day } of papers) if (newest === undefined || day > newest) newest = day
  return newest
}

export const nonEmptySections = (sections: DigestSection[]): DigestSection[] =>
  sections.filter(({ papers }) => papers.length > 0)

/** The name of a section: that of its topic. */
export function headingOf({ topic, rising, close }: DigestSection, maxLength = MAX_TOPIC_LENGTH): string {
  if (rising) return words.emails.parts.rising
  if (close) return words.emails.parts.close
  return topic === null ? words.emails.parts.byVotes : truncateAtWord(oneLine(topic), maxLength)
}

/**
 * The maximum length of each part of a paper, in UTF-16 units; a longer sentence is left out. Without `body`, only
 * title and reason are shown.
 */
export interface PaperDetail {
  title: number
  reason: number
  body?: { snippet: number }
}

const FIRST_AUTHORS = 2
const MAX_AUTHOR_LENGTH = 60
const MAX_ORGANIZATION_LENGTH = 80

type PaperView = ReturnType<typeof paperView>

/** A paper in the `it` of the templates; an empty text is not shown. `dated`: with the day on which it was listed. */
export function paperView(paper: ShownPaper, links: Links, detail: PaperDetail, dated: boolean) {
  const snippet = detail.body ? fittingRuns(paper.snippet, detail.body.snippet) : []
  const titleText = paperTitle(paper, detail.title)
  const title = fittingRuns(paper.title, detail.title)
  return {
    title: title.length > 0 ? title : [{ text: titleText, marked: false }],
    titleText,
    url: links.paper(paper.path),
    reason: detail.reason > 0 ? truncateAtWord(oneLine(reasonOf(paper)), detail.reason) : '',
    /** For the text part, whose titles have no marks. */
    wholeReason: detail.reason > 0 ? truncateAtWord(oneLine(paper.reason ?? ''), detail.reason) : '',
    by: detail.body ? byLine(paper, dated) : '',
    snippet,
    snippetText: textOfRuns(snippet),
    /** The source wrote the snippet as a summary. */
    isSummary: snippet.length > 0 && paper.isSummary === true,
    links: detail.body ? linksOf(paper) : [],
  }
}

export const paperTitle = (paper: ShownPaper, most: number): string =>
  truncateAtWord(textOfRuns(paper.title), most)

/** Digests of earlier releases have only the whole reason. */
const reasonOf = ({ reason, beyondTitle, title }: ShownPaper): string =>
  beyondTitle ?? (title.some(({ marked }) => marked) ? '' : (reason ?? ''))

/** "A, B +97 · Tencent Hunyuan · 24 votes" */
const byLine = (paper: ShownPaper, dated: boolean): string =>
  [
    authorsOf(paper),
    truncateAtWord(oneLine(paper.organization ?? ''), MAX_ORGANIZATION_LENGTH),
    paper.votes === null ? '' : counted(paper.votes, words.counts.vote),
    dated ? fill(words.emails.parts.listed, { date: shortDate(paper.day) }) : '',
  ]
    .filter(Boolean)
    .join(' · ')

/** If only one more remains, it is named too. */
function authorsOf({ authors, moreAuthors = 0 }: ShownPaper): string {
  const names = authors.map((author) => truncateAtWord(oneLine(author), MAX_AUTHOR_LENGTH)).filter(Boolean)
  const others = names.length + moreAuthors - FIRST_AUTHORS
  if (others <= 1) return names.join(', ')
  const first = names.slice(0, FIRST_AUTHORS).join(', ')
  return fill(words.emails.parts.authors, { names: first, count: others })
}

function linksOf({ codeUrl, path }: ShownPaper): { text: string; url: string }[] {
  const { pdf, arxiv, code } = words.emails.parts
  const found = [
    { text: pdf, url: arxivPdfLink(path) },
    { text: arxiv, url: arxivLink(path) },
    { text: code, url: codeLink(codeUrl) },
  ]
  return found.flatMap(({ text, url }) => (url ? [{ text, url }] : []))
}

/** Runs with the whitespace of `oneLine`; empty if they are longer than `most` together. */
export function fittingRuns(runs: TextRun[], most: number): TextRun[] {
  const shown = runs.map((run) => ({ ...run, text: visibleText(run.text) })).filter(({ text }) => text)
  return shown.reduce((length, { text }) => length + text.length, 0) > most ? [] : shown
}

export const textOfRuns = (runs: TextRun[]): string => oneLine(runs.map((run) => run.text).join(''))
