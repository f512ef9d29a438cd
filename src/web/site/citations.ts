import { type Day, dayOf } from '../../core/dates.ts'
import { yieldToEventLoop } from '../../core/yield-to-event-loop.ts'
import { arxivUrl, doiUrl, type Paper, pdfUrl } from '../../papers/paper.ts'
import { paperPathOf } from '../../papers/paper-key.ts'
import { plainTextsOf } from '../../papers/plain-paper.ts'
import { authorName } from './author-name.ts'
import { latexText } from './latex-text.ts'

/** The file extensions. */
export type CitationFormat = 'bib' | 'ris' | 'csl.json'

export const CITATION_TYPES: Record<CitationFormat, string> = {
  bib: 'application/x-bibtex; charset=utf-8',
  ris: 'application/x-research-info-systems; charset=utf-8',
  'csl.json': 'application/vnd.citationstyles.csl+json; charset=utf-8',
}

/** The text of each format, and where its file is. */
export const citationsOf = (paper: Paper, url: string) =>
  CITATION_FORMATS.map((format) => ({
    format,
    /** For an id in HTML. */
    name: format.split('.')[0]!,
    text: citation(format, paper, url),
    path: `${paperPathOf(paper)}.${format}`,
    extension: `.${format.split('.').at(-1)}`,
  }))

export const CITATION_FORMATS = Object.keys(CITATION_TYPES) as CitationFormat[]

export interface CitationName {
  name: string
  format: CitationFormat
}

/** Reads "2507.06457.bib"; undefined for a name without a known extension. */
export function citationName(name: string): CitationName | undefined {
  const format = CITATION_FORMATS.find((one) => name.endsWith(`.${one}`))
  return format && { name: name.slice(0, -format.length - 1), format }
}

/** A paper to cite, and why it is in its list. */
export interface CitedPaper {
  paper: Paper
  /** On one line; empty without a reason. */
  note: string
}

/** A paper in one format; `url` is its page on this site, for a paper without another URL. */
export function citation(format: CitationFormat, paper: Paper, url: string): string {
  const { before, write, after } = WRITERS[format]
  return `${before}${write({ paper, note: '' }, url)}${after}`
}

/** Writing them takes some milliseconds. */
const PAPERS_IN_PIECE = 20

/** The file of a list, in pieces. Other requests go on between two pieces. */
export async function* citationPieces(
  format: CitationFormat,
  papers: Iterable<CitedPaper> | AsyncIterable<CitedPaper>,
  baseUrl: string,
): AsyncGenerator<string, void> {
  const { before, write, between, after } = WRITERS[format]
  let piece = before
  let written = 0
  for await (const one of papers) {
    if (written > 0) piece += between
    piece += write(one, `${baseUrl}${paperPathOf(one.paper)}`)
    written += 1
    if (written % PAPERS_IN_PIECE > 0) continue
    yield piece
    piece = ''
    await yieldToEventLoop()
  }
  yield piece + after
}

/** The file of a list, whole. */
export async function citationList(...list: Parameters<typeof citationPieces>): Promise<string> {
  let text = ''
  for await (const piece of citationPieces(...list)) text += piece
  return text
}

/**
 * "arXiv.2312.00752", "doi.10.1101-2024.01.02" or "paper.17": the paper's identifier, as title, authors and dates change
 * with a new version. It has only letters, digits, dots and hyphens, and no two papers have the same key.
 */
export function citationKey({ arxivId, doi, id }: Pick<Paper, 'arxivId' | 'doi' | 'id'>): string {
  if (arxivId) return `arXiv.${inKey(arxivId)}`
  return doi ? `doi.${inKey(doi)}` : `paper.${id}`
}

/** Identifiers are in lower case, so that "x5F" is always a sign. */
const inKey = (identifier: string): string =>
  identifier
    .replace('/', '-')
    .replace(/[^A-Za-z0-9.-]/g, (sign) => `x${sign.charCodeAt(0).toString(16).toUpperCase()}`)

/**
 * The date of publication, or else of the first listing. Sources sometimes give a paper a date of months after its arXiv
 * id was assigned; then only the year and the month of the id are known: "2025-11".
 */
export function publishedOn(paper: Paper): string {
  const day = submittedOn(paper) ?? paper.firstDay
  const assigned = monthOfArxivId(paper.arxivId)
  return assigned && isMonthsLater(day, assigned) ? assigned : day
}

/** The date that the source gives for the submission; null if it contradicts the arXiv id. */
export function submittedOn({ publishedAt, arxivId }: Pick<Paper, 'publishedAt' | 'arxivId'>): Day | null {
  if (!publishedAt) return null
  const day = dayOf(publishedAt)
  const assigned = monthOfArxivId(arxivId)
  return assigned && isMonthsLater(day, assigned) ? null : day
}

/** "2025-11" of 2511.07397 and of hep-th/9901001 "1999-01". */
function monthOfArxivId(arxivId: string | null): string | null {
  const [, year = '', month = ''] = /^(?:[\w.-]+\/)?(\d\d)(\d\d)/.exec(arxivId ?? '') ?? []
  if (!month) return null
  return `${Number(year) > 90 ? 19 : 20}${year}-${month}`
}

/** More than a month: two papers of the last day of a month have the ids of two months. */
const isMonthsLater = (day: Day, month: string): boolean => monthNumber(day) - monthNumber(month) > 1

const monthNumber = (date: string): number => Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7))

function bibtexOf({ paper, note }: CitedPaper, url: string): string {
  const { arxivId, categories } = paper
  const { title, authors } = plainTextsOf(paper)
  const fields: [string, string | null | undefined][] = [
    // The second pair of braces keeps the case of the title.
    ['title', `{${latexText(title)}}`],
    ['author', authors.map(bibtexName).join(' and ')],
    ['year', publishedOn(paper).slice(0, 4)],
    ['eprint', arxivId],
    ['archivePrefix', arxivId && 'arXiv'],
    // Identifiers from before April 2007 contain their archive.
    ['primaryClass', arxivId && !arxivId.includes('/') ? verbatim(categories[0] ?? null) : null],
    ['doi', verbatim(citedDoiOf(paper))],
    ['url', verbatim(arxivUrl(paper) ?? doiUrl(paper) ?? url)],
    // Bibliographies print the field `note`.
    ['annote', latexText(note)],
  ]
  const lines = fields.flatMap(([name, value]) => (value ? [`  ${name} = {${value}}`] : []))
  return `@misc{${citationKey(paper)},\n${lines.join(',\n')}\n}\n`
}

/** Programs take identifiers and URLs literally, but braces must still be balanced. */
const verbatim = (text: string | null): string | undefined =>
  text?.replace(/[{}\\]/g, (sign) => encodeURIComponent(sign))

/** "van der Berg, Jordy", "Jones, Jr., Tim", or "{The ATLAS Collaboration}", which stays whole. */
function bibtexName(name: string): string {
  const { family, given, suffix, isGroup } = authorName(name)
  if (isGroup) return `{${latexText(name)}}`
  const written = latexText(family)
  // BibTeX would take "Mayné i" of Mayné i Comas for a particle.
  const isWhole = /^\S*\p{Lu}.*\s\p{Ll}/u.test(family)
  return [isWhole ? `{${written}}` : written, latexText(suffix), latexText(given)].filter(Boolean).join(', ')
}

function risOf({ paper, note }: CitedPaper, url: string): string {
  const { title, abstract, authors, keywords } = plainTextsOf(paper)
  const lines: [string, string | null][] = [
    ['TY', 'UNPB'],
    ['TI', title],
    ...authors.map((author): [string, string] => ['AU', risName(author)]),
    ['PY', publishedOn(paper).slice(0, 4)],
    ['DA', publishedOn(paper).replaceAll('-', '/')],
    ['AB', abstract],
    ...keywords.map((keyword): [string, string] => ['KW', keyword]),
    ['DO', citedDoiOf(paper)],
    ['UR', arxivUrl(paper) ?? doiUrl(paper) ?? url],
    ['L1', pdfUrl(paper)],
    ['N1', note],
  ]
  const written = lines.flatMap(([tag, value]) => (value ? [`${tag}  - ${value}`] : []))
  return [...written, 'ER  - ', ''].join('\r\n')
}

function cslOf({ paper, note }: CitedPaper, url: string): string {
  const { arxivId } = paper
  const { title, abstract, authors } = plainTextsOf(paper)
  const item = {
    id: citationKey(paper),
    type: 'article',
    title,
    author: authors.map(cslName),
    issued: { 'date-parts': [publishedOn(paper).split('-').map(Number)] },
    abstract: abstract || undefined,
    DOI: citedDoiOf(paper) ?? undefined,
    URL: arxivUrl(paper) ?? doiUrl(paper) ?? url,
    ...(arxivId && { number: `arXiv:${arxivId}`, publisher: 'arXiv' }),
    note: note || undefined,
  }
  return JSON.stringify(item, null, 2).replace(/^/gm, '  ')
}

interface Writer {
  write(cited: CitedPaper, url: string): string
  /** Around the papers of a file, and between two of them. */
  before: string
  between: string
  after: string
}

const WRITERS: Record<CitationFormat, Writer> = {
  bib: { write: bibtexOf, before: '', between: '\n', after: '' },
  ris: { write: risOf, before: '', between: '', after: '' },
  'csl.json': { write: cslOf, before: '[\n', between: ',\n', after: '\n]\n' },
}

/** arXiv registers a DOI for each of its papers. */
export const citedDoiOf = ({ doi, arxivId }: Paper): string | null =>
  doi ?? (arxivId && `10.48550/arXiv.${arxivId}`)

function risName(name: string): string {
  const { family, given, suffix } = authorName(name)
  return [family, given, suffix].filter(Boolean).join(', ')
}

function cslName(name: string): object {
  const { family, given, suffix, isGroup } = authorName(name)
  return isGroup ? { literal: family } : { family, given, ...(suffix && { suffix }) }
}

/** The Highwire Press meta tags, which Zotero and Google Scholar read. */
export function metaOf(paper: Paper, baseUrl: string): { name: string; content: string }[] {
  const { title, abstract, authors, keywords } = plainTextsOf(paper)
  const all: [string, string | null][] = [
    ['citation_title', title],
    ...authors.map((author): [string, string] => ['citation_author', author]),
    ['citation_publication_date', publishedOn(paper).replaceAll('-', '/')],
    ['citation_online_date', submittedOn(paper)?.replaceAll('-', '/') ?? null],
    ['citation_arxiv_id', paper.arxivId],
    ['citation_doi', citedDoiOf(paper)],
    ['citation_pdf_url', pdfUrl(paper)],
    ['citation_abstract_html_url', `${baseUrl}${paperPathOf(paper)}`],
    ['citation_abstract', abstract],
    ...keywords.map((keyword): [string, string] => ['citation_keywords', keyword]),
  ]
  return all.flatMap(([name, content]) => (content ? [{ name, content }] : []))
}
