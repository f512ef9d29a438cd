import { hash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { memoizeByObject } from '../core/memoize.ts'
import { organizationName } from './organization-name.ts'
import type { Paper } from './paper.ts'
import { type PageRun, pageRuns } from './text/page-runs.ts'
import { type PaperSentence, paperSentenceOf } from './text/paper-sentence.ts'
import { isTex, plainText } from './text/plain-text.ts'

/** The texts of a paper without TeX. */
interface PlainTexts {
  title: string
  abstract: string
  authors: string[]
  organization: string
  keywords: string[]
}

/** The texts and what lists of papers show beside them. */
export interface PlainPaper extends PlainTexts, PaperSentence {
  titleRuns: PageRun[]
  /** Of an abstract that is TeX, only if it was stored. */
  abstractRuns?: PageRun[]
}

/** Without the texts that a source wrote without TeX. */
export type StoredPlainPaper = Partial<PlainPaper>

/** Increases when the same texts give another `PlainPaper`: stored ones are then replaced. */
export const PLAIN_VERSION = 6

/** Identifies the texts of a paper, and the version of the program that reads them. */
export const plainFingerprint = (paper: Paper): string => {
  const { title, abstract, summary, authors, organization, keywords } = paper
  const texts = [PLAIN_VERSION, title, abstract, summary, authors, organization, keywords]
  return hash('md5', JSON.stringify(texts), 'base64')
}

/** What came from the database together with a paper. It is in the paper, so that another thread gets it too. */
const loadedWith = (paper: Paper & { plain?: PlainPaper }): PlainPaper | undefined => paper.plain

/** Without TeX. Reading takes a millisecond, unless the paper was loaded with its stored texts. */
export const plainTextsOf = (paper: Paper): PlainTexts => loadedWith(paper) ?? readTexts(paper)

/** Reading sentences takes another millisecond. */
export const plainPaperOf = (paper: Paper): PlainPaper => loadedWith(paper) ?? readPaper(paper)

/** The abstract for a page. Reading one of TeX takes some milliseconds. */
export const abstractRunsOf = (paper: Paper): PageRun[] =>
  isTex(paper.abstract)
    ? (loadedWith(paper)?.abstractRuns ?? pageRuns(paper.abstract))
    : [{ text: plainTextsOf(paper).abstract, math: null }]

const readTexts = memoizeByObject(
  (paper: Paper): PlainTexts => ({
    title: plainText(paper.title),
    abstract: plainText(paper.abstract),
    authors: paper.authors.map(plainText),
    organization: organizationName(plainText(paper.organization ?? '')),
    keywords: paper.keywords.map(plainText),
  }),
)

const readPaper = memoizeByObject((paper: Paper): PlainPaper => {
  const texts = readTexts(paper)
  return { ...texts, titleRuns: pageRuns(paper.title), ...paperSentenceOf(paper, texts.abstract) }
})

/** A paper in which nothing is TeX, without its sentence. */
const asWritten = ({ title, abstract, authors, organization, keywords }: Paper) => ({
  title,
  abstract,
  authors,
  keywords,
  organization: organization ?? '',
  titleRuns: title ? [{ text: title, math: null }] : [],
})

/** What to store of a paper, for `withStoredPlain`. */
export function storedPlainOf(paper: Paper): StoredPlainPaper {
  const written: StoredPlainPaper = asWritten(paper)
  const read = { ...readPaper(paper), ...(isTex(paper.abstract) && { abstractRuns: abstractRunsOf(paper) }) }
  const differing = Object.entries(read).filter(
    ([name, value]) => !isDeepStrictEqual(value, written[name as keyof PlainPaper]),
  )
  return Object.fromEntries(differing)
}

/** The paper, with what is stored of it unless that was made of other texts or by another version. */
export function withStoredPlain(paper: Paper, fingerprint: string | null, stored: unknown): Paper {
  if (fingerprint !== plainFingerprint(paper)) return paper
  const plain: PlainPaper = { ...asWritten(paper), ...(stored as StoredPlainPaper & PaperSentence) }
  return Object.assign(paper, { plain })
}
