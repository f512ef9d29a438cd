import { type Day, dayOf } from '../../core/dates.ts'
import { arxivUrl, doiUrl, type Paper, pdfUrl } from '../../papers/paper.ts'
import { paperPathOf } from '../../papers/paper-key.ts'
import { plainTextsOf } from '../../papers/plain-paper.ts'
import { foldAccents } from '../../queries/text/tokens.ts'

/** The file extensions. */
type CitationFormat = 'bib' | 'ris' | 'csl.json'

export const CITATION_TYPES: Record<CitationFormat, string> = {
  bib: 'application/x-bibtex; charset=utf-8',
  ris: 'application/x-research-info-systems; charset=utf-8',
  'csl.json': 'application/vnd.citationstyles.csl+json; charset=utf-8',
}

/** BibTeX to copy, and a file in each format. */
export const citationsOf = (paper: Paper, url: string) => ({
  bibtex: bibtexOf(paper, url),
  files: FORMATS.map((format) => ({ format, path: `${paperPathOf(paper)}.${format}` })),
})

const FORMATS = Object.keys(CITATION_TYPES) as CitationFormat[]

export interface CitationName {
  name: string
  format: CitationFormat
}

/** Reads "2507.06457.bib"; undefined for a name without a known extension. */
export function citationName(name: string): CitationName | undefined {
  const format = FORMATS.find((one) => name.endsWith(`.${one}`))
  return format && { name: name.slice(0, -format.length - 1), format }
}

/** A paper in one format; `url` is its page on this site, for a paper without another URL. */
export function citation(format: CitationFormat, paper: Paper, url: string): string {
  if (format === 'bib') return bibtexOf(paper, url)
  return format === 'ris' ? risOf(paper, url) : cslOf(paper, url)
}

/** "gu2023mamba": the first author's family name, the year, and the first word of the title that is not a stop word. */
export function citationKey(paper: Paper): string {
  const { title, authors } = plainTextsOf(paper)
  const [author] = authors
  const words = letters(title).filter((word) => !SKIPPED.has(word))
  const family = author ? letters(nameOf(author).family).join('') : ''
  return [family || 'paper', publishedOn(paper).slice(0, 4), words[0] ?? ''].join('')
}

/** The date of publication, or else of the first listing. */
const publishedOn = ({ publishedAt, firstDay }: Pick<Paper, 'publishedAt' | 'firstDay'>): Day =>
  publishedAt ? dayOf(publishedAt) : firstDay

const SKIPPED = new Set(
  'a an the on of in to for and or with from by at is are can do does how what why'.split(' '),
)

const letters = (text: string): string[] =>
  foldAccents(text)
    .toLowerCase()
    .match(/[a-z0-9]+/g) ?? []

function bibtexOf(paper: Paper, url: string): string {
  const { arxivId, categories } = paper
  const { title, authors } = plainTextsOf(paper)
  const fields: [string, string | null | undefined][] = [
    // The second pair of braces keeps the case of the title.
    ['title', `{${bibtexText(title)}}`],
    ['author', authors.map(bibtexName).join(' and ')],
    ['year', publishedOn(paper).slice(0, 4)],
    ['eprint', arxivId],
    ['archivePrefix', arxivId && 'arXiv'],
    // Identifiers from before April 2007 contain their archive.
    ['primaryClass', arxivId && !arxivId.includes('/') ? verbatim(categories[0] ?? null) : null],
    ['doi', verbatim(doiOf(paper))],
    ['url', verbatim(arxivUrl(paper) ?? doiUrl(paper) ?? url)],
  ]
  const lines = fields.flatMap(([name, value]) => (value ? [`  ${name} = {${value}}`] : []))
  return `@misc{${citationKey(paper)},\n${lines.join(',\n')}\n}\n`
}

const BIBTEX_ESCAPES: Record<string, string> = {
  '\\': '\\textbackslash{}',
  // BibTeX would count an escaped brace as a brace.
  '{': '\\textbraceleft{}',
  '}': '\\textbraceright{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
}

const bibtexText = (text: string): string =>
  text.replace(/[\\{}~^$&#%_]/g, (sign) => BIBTEX_ESCAPES[sign] ?? `\\${sign}`)

/** Programs take identifiers and URLs literally, but braces must still be balanced. */
const verbatim = (text: string | null): string | undefined =>
  text?.replace(/[{}\\]/g, (sign) => encodeURIComponent(sign))

/** BibTeX itself splits "Albert Gu" and "Gu, Albert"; the name of a group must stay whole. */
const bibtexName = (name: string): string => (isGroup(name) ? `{${bibtexText(name)}}` : bibtexText(name))

const isGroup = (name: string): boolean =>
  /\band\b|\b(?:collaboration|consortium|team|group)\b/i.test(name) || !name.includes(' ')

function risOf(paper: Paper, url: string): string {
  const { title, abstract, authors, keywords } = plainTextsOf(paper)
  const lines: [string, string | null][] = [
    ['TY', 'UNPB'],
    ['TI', title],
    ...authors.map((author): [string, string] => ['AU', risName(author)]),
    ['PY', publishedOn(paper).slice(0, 4)],
    ['DA', publishedOn(paper).replaceAll('-', '/')],
    ['AB', abstract],
    ...keywords.map((keyword): [string, string] => ['KW', keyword]),
    ['DO', doiOf(paper)],
    ['UR', arxivUrl(paper) ?? doiUrl(paper) ?? url],
    ['L1', pdfUrl(paper)],
  ]
  const written = lines.flatMap(([tag, value]) => (value ? [`${tag}  - ${value}`] : []))
  return [...written, 'ER  - ', ''].join('\r\n')
}

function cslOf(paper: Paper, url: string): string {
  const { arxivId } = paper
  const { title, abstract, authors } = plainTextsOf(paper)
  return `${JSON.stringify(
    [
      {
        id: citationKey(paper),
        type: 'article',
        title,
        author: authors.map(cslName),
        issued: { 'date-parts': [publishedOn(paper).split('-').map(Number)] },
        abstract: abstract || undefined,
        DOI: doiOf(paper) ?? undefined,
        URL: arxivUrl(paper) ?? doiUrl(paper) ?? url,
        ...(arxivId && { number: `arXiv:${arxivId}`, publisher: 'arXiv' }),
      },
    ],
    null,
    2,
  )}\n`
}

/** arXiv registers a DOI for each of its papers. */
const doiOf = ({ doi, arxivId }: Paper): string | null => doi ?? (arxivId && `10.48550/arXiv.${arxivId}`)

interface Name {
  family: string
  given: string
  suffix: string
}

const PARTICLES = String.raw`(?:(?:van|von|der|den|de|del|della|di|da|do|dos|du|la|le|el|al|bin|ibn|ter|ten|zu)\s+)*`
const FAMILY_LAST = new RegExp(
  String.raw`^(?<given>.+?)\s+(?<family>${PARTICLES}\S+?)(?:,?\s+(?<suffix>Jr\.?|Sr\.?|II|III|IV))?$`,
)

function nameOf(name: string): Name {
  if (isGroup(name)) return { family: name, given: '', suffix: '' }
  const [first = '', ...rest] = name.split(/,\s*/)
  const isFamilyFirst = rest.length > 0 && !/^(?:Jr|Sr|II|III|IV)\b/.test(rest[0]!)
  if (isFamilyFirst) return { family: first, given: rest[0]!, suffix: rest.slice(1).join(', ') }
  const { given = '', family = name, suffix = '' } = FAMILY_LAST.exec(name)?.groups ?? {}
  return { family, given, suffix }
}

function risName(name: string): string {
  const { family, given, suffix } = nameOf(name)
  return [family, given, suffix].filter(Boolean).join(', ')
}

function cslName(name: string): object {
  const { family, given, suffix } = nameOf(name)
  return given ? { family, given, ...(suffix && { suffix }) } : { literal: family }
}

/** The Highwire Press meta tags, which Zotero and Google Scholar read. */
export function metaOf(paper: Paper, baseUrl: string): { name: string; content: string }[] {
  const { title, authors } = plainTextsOf(paper)
  const all: [string, string | null][] = [
    ['citation_title', title],
    ...authors.map((author): [string, string] => ['citation_author', author]),
    ['citation_publication_date', publishedOn(paper).replaceAll('-', '/')],
    ['citation_online_date', paper.publishedAt && dayOf(paper.publishedAt).replaceAll('-', '/')],
    ['citation_arxiv_id', paper.arxivId],
    ['citation_doi', paper.doi],
    ['citation_pdf_url', pdfUrl(paper)],
    ['citation_abstract_html_url', `${baseUrl}${paperPathOf(paper)}`],
  ]
  return all.flatMap(([name, content]) => (content ? [{ name, content }] : []))
}
