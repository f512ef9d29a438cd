import type { DigestContent, DigestSection } from '../digests/digest-content.ts'
import { shortDate } from '../i18n/dates.ts'
import { counted, fill, words } from '../i18n/words.ts'
import { oneLine, truncateAtWord, visibleText } from '../mail/rendering/text.ts'
import type { ShownPaper, TextRun } from '../queries/reasons/shown-paper.ts'
import { arxivLink, arxivPdfLink, codeLink, type Links, type TopicPaperRef } from '../subscribers/links.ts'

interface SectionsOptions {
  links: Links
  /** The page for changing a topic, starting from a paper. */
  changeUrl?: (at: TopicPaperRef) => string
  detail: PaperDetail
}

const MAX_TOPIC_LENGTH = 80
const MAX_TOPIC_IN_LINK_LENGTH = 40

/**
 * The non-empty sections for parts/sections.mjml and parts/sections.txt, in words, cut to `detail`. A paper that is
 * older than the newest one shows its day.
 */
export function sectionViews(
  { sections }: Pick<DigestContent, 'sections'>,
  { links, changeUrl, detail }: SectionsOptions,
) {
  const shown = nonEmptySections(sections)
  const days = shown.flatMap(({ papers }) => papers.map(({ day }) => day))
  const newest = days.toSorted().at(-1)
  return shown.map((section) => ({
    heading: headingOf(section),
    papers: section.papers.map((paper) => ({
      ...paperView(paper, links, detail, paper.day !== newest),
      /** Absent if only titles are shown. */
      change: detail.body && changeUrl ? changeOf(section, paper, changeUrl) : undefined,
    })),
  }))
}

export const nonEmptySections = (sections: DigestSection[]): DigestSection[] =>
  sections.filter(({ papers }) => papers.length > 0)

export function headingOf({ topic, rising, close, related }: DigestSection): string {
  if (rising) return words.emails.parts.rising
  if (close) {
    const heading = related ? words.emails.parts.related : words.emails.parts.close
    return fill(heading, { topic: truncateAtWord(oneLine(topic ?? ''), MAX_TOPIC_LENGTH) })
  }
  return topic === null ? words.emails.parts.byVotes : truncateAtWord(oneLine(topic), MAX_TOPIC_LENGTH)
}

/** "Change: linear attention", with a link to the page for trying changes. */
function changeOf(
  { topic, topicId }: DigestSection,
  { id: paperId }: ShownPaper,
  changeUrl: (at: TopicPaperRef) => string,
) {
  // A topic that is only tried out has the id 0.
  if (topic === null || !topicId) return undefined
  return {
    text: fill(words.emails.parts.change, {
      topic: truncateAtWord(oneLine(topic), MAX_TOPIC_IN_LINK_LENGTH),
    }),
    url: changeUrl({ topicId, paperId }),
  }
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

const FIRST_AUTHORS = 3
const MAX_AUTHOR_LENGTH = 60
const MAX_ORGANIZATION_LENGTH = 80

/** A paper in the `it` of the templates; an empty text is not shown. `dated`: with the day on which it was listed. */
function paperView(paper: ShownPaper, links: Links, detail: PaperDetail, dated: boolean) {
  const snippet = detail.body ? fittingRuns(paper.snippet, detail.body.snippet) : []
  return {
    title: paperTitle(paper, detail.title),
    url: links.paper(paper.path),
    reason: detail.reason > 0 ? truncateAtWord(oneLine(paper.reason ?? ''), detail.reason) : '',
    authors: detail.body ? byLine(paper) : '',
    snippet,
    snippetText: textOfRuns(snippet),
    /** The source wrote the snippet as a summary. */
    isSummary: snippet.length > 0 && paper.isSummary === true,
    facts: detail.body ? factsOf(paper, dated) : [],
  }
}

export const paperTitle = (paper: ShownPaper, most: number): string =>
  truncateAtWord(textOfRuns(paper.title), most)

/** "A, B, C and 97 more · Tencent Hunyuan"; if only one more remains, it is named too. */
const byLine = (paper: ShownPaper): string =>
  [authorsOf(paper), truncateAtWord(oneLine(paper.organization ?? ''), MAX_ORGANIZATION_LENGTH)]
    .filter(Boolean)
    .join(' · ')

function authorsOf({ authors, moreAuthors = 0 }: ShownPaper): string {
  const names = authors.map((author) => truncateAtWord(oneLine(author), MAX_AUTHOR_LENGTH)).filter(Boolean)
  const others = names.length + moreAuthors - FIRST_AUTHORS
  if (others <= 1) return names.join(', ')
  const first = names.slice(0, FIRST_AUTHORS).join(', ')
  return fill(words.emails.parts.authors, { names: first, count: others })
}

/** "41 votes", "Code": those with links are last. */
function factsOf(
  { votes, day, codeUrl, path }: ShownPaper,
  dated: boolean,
): { text: string; url?: string }[] {
  const code = codeLink(codeUrl)
  const [pdf, arxiv] = [arxivPdfLink(path), arxivLink(path)]
  return [
    votes === null ? [] : { text: counted(votes, words.counts.vote) },
    dated ? { text: fill(words.emails.parts.listed, { date: shortDate(day) }) } : [],
    pdf ? { text: words.emails.parts.pdf, url: pdf } : [],
    arxiv ? { text: words.emails.parts.arxiv, url: arxiv } : [],
    code ? { text: words.emails.parts.code, url: code } : [],
  ].flat()
}

/** Runs with the whitespace of `oneLine`; empty if they are longer than `most` together. */
export function fittingRuns(runs: TextRun[], most: number): TextRun[] {
  const shown = runs.map((run) => ({ ...run, text: visibleText(run.text) })).filter(({ text }) => text)
  return shown.reduce((length, { text }) => length + text.length, 0) > most ? [] : shown
}

const textOfRuns = (runs: TextRun[]): string => oneLine(runs.map((run) => run.text).join(''))
