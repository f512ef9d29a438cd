import type { Day } from '../core/dates.ts'
import type { DigestContent, DigestSection } from '../digests/digest-content.ts'
import { shortDate } from '../i18n/dates.ts'
import { counted, fill, words } from '../i18n/words.ts'
import { oneLine, truncateAtWord, visibleText } from '../mail/rendering/text.ts'
import { parseOrNull } from '../queries/language/parse-query.ts'
import { asHeading, proposedName } from '../queries/language/topic-name.ts'
import { beyondTitleText, reasonText } from '../queries/reasons/reason-text.ts'
import type { ShownPaper, TextRun } from '../queries/reasons/shown-paper.ts'
import {
  arxivLink,
  arxivPdfLink,
  closePapersLink,
  codeLink,
  type Links,
  topicPage,
} from '../subscribers/page-links.ts'

const MAX_TOPIC_LENGTH = 80

/**
 * The non-empty sections of a digest for a page; with `manageUrl`, a page of its reader, whose links change topics. A
 * paper that is older than the newest shows its day.
 */
export function sectionViews(
  { sections }: Pick<DigestContent, 'sections'>,
  links: Links,
  manageUrl?: string,
) {
  const shown = nonEmptySections(sections)
  const newest = newestDay(shown)
  return shown.map((section) => ({
    ...headOf(section, shown),
    edit: manageUrl ? editLink(section, manageUrl) : undefined,
    papers: section.papers.map((paper) => {
      const topicId = topicIdOf(paper, section)
      return {
        ...paperView(paper, links, WHOLE, paper.day !== newest),
        id: paper.id,
        anchor: paperAnchor(paper),
        actions: manageUrl && topicId !== null ? actionsOf(paper, topicPage(manageUrl, topicId)) : [],
      }
    }),
  }))
}

/** The place of a paper on the page of a digest. */
export const paperAnchor = ({ id }: Pick<ShownPaper, 'id'>): string => `paper-${id}`

/** The link that changes the topic of a section, or whether papers come close; undefined without a topic. */
export function editLink(section: DigestSection, manageUrl: string): string | undefined {
  const [first] = section.papers
  if (section.close) return closePapersLink(manageUrl)
  const topicId = first && topicIdOf(first, section)
  return topicId ? `${topicPage(manageUrl, topicId)}?paper=${first.id}&edit=topic` : undefined
}

/** The links to the pages that ask for more or fewer papers like this one. */
function actionsOf({ id, closeTo }: ShownPaper, topicUrl: string): { text: string; url: string }[] {
  const { moreLikeThis, lessLikeThis, moreLikeThese, fewer } = words.emails.parts
  const url = `${topicUrl}?paper=${id}`
  return closeTo
    ? [
        { text: moreLikeThese, url: `${url}&step=more` },
        { text: fewer, url: `${url}&step=fewer` },
      ]
    : [
        { text: moreLikeThis, url },
        { text: lessLikeThis, url: `${url}&vote=less` },
      ]
}

/** The topic whose page the links of a paper open; null without one. */
export const topicIdOf = ({ closeTo }: ShownPaper, { topicId }: DigestSection): number | null =>
  closeTo?.topicId ?? topicId

/** What precedes the papers of a section, without its link; `shown` are all sections of the digest. */
export function headOf(section: DigestSection, shown: readonly DigestSection[], maxLength?: number) {
  const { close = false } = section
  // If nothing matched, the digest says so at its beginning.
  const hint = close && shown.length > 1 ? words.emails.parts.closeHint : ''
  return { heading: asHeading(headingOf(section, maxLength)), close, hint }
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
  return topic === null ? words.emails.parts.byVotes : truncateAtWord(withoutOperators(topic), maxLength)
}

/** A topic may have its query as its name: "RAG or retrieval" for "RAG OR retrieval". */
function withoutOperators(topic: string): string {
  const name = oneLine(topic)
  if (OPERATORS.test(name) && parseOrNull(name)) return proposedName(name)
  return name
    .replace(/(^|,? )votes\s*>=\s*(\d+)/gi, (_, before, votes) => {
      const limit = fill(words.emails.parts.votesInTopic, { votes })
      return before ? `, ${limit}` : limit
    })
    .replaceAll('"', '')
}

const OPERATORS = /\b(?:AND|OR|NOT|ANDNOT)\b|\b[a-z]+:\S/

/**
 * The maximum length of each part of a paper, in UTF-16 units; a longer sentence is left out. Without `body`, only
 * title and reason are shown; with `plain`, titles have no marks.
 */
export interface PaperDetail {
  title: number
  plain?: true
  reason: number
  body?: { snippet: number }
}

export const WHOLE: PaperDetail = { title: 400, reason: 240, body: { snippet: 4_000 } }

const FIRST_AUTHORS = 2
const MAX_AUTHOR_LENGTH = 60
const MAX_ORGANIZATION_LENGTH = 80

type PaperView = ReturnType<typeof paperView>

/** A paper in the `it` of the templates; an empty text is not shown. `dated`: with the day on which it was listed. */
export function paperView(paper: ShownPaper, links: Links, detail: PaperDetail, dated: boolean) {
  const snippet = detail.body ? fittingRuns(paper.snippet, detail.body.snippet) : []
  const titleText = paperTitle(paper, detail.title)
  const title = detail.plain ? [] : fittingRuns(paper.title, detail.title)
  return {
    title: title.length > 0 ? title : [{ text: titleText, marked: false }],
    titleText,
    url: links.paper(paper.path),
    reason: detail.reason > 0 ? truncateAtWord(oneLine(beyondTitleText(paper)), detail.reason) : '',
    /** For the text part, whose titles have no marks. */
    wholeReason: detail.reason > 0 ? truncateAtWord(oneLine(reasonText(paper)), detail.reason) : '',
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
