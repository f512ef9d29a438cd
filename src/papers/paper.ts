import type { Day } from '../core/dates.ts'

export interface Paper {
  /** Increases in the order in which papers were first seen. */
  id: number
  /** On one line, as in the source, including TeX. */
  title: string
  abstract: string
  authors: string[]
  /** "cs.CL", primary first. */
  categories: string[]
  keywords: string[]
  organization: string | null
  codeUrl: string | null
  /** Stars of the repository at `codeUrl`; null if no source says. */
  codeStars: number | null
  projectUrl: string | null
  /** A one-sentence summary by a source; it arrives late, or never. */
  summary: string | null
  publishedAt: Date | null
  /** "2507.06457", if known. */
  arxivId: string | null
  doi: string | null
  /** The earliest day on which a source listed it as new or cross, or otherwise as a newer version. */
  firstDay: Day
  /** Whether sources listed it only as a newer version. */
  onlyRevised: boolean
  /** The newest day on which a source listed it as a newer version. */
  revisedDay: Day | null
  /** The highest count of its listings; null if no source has votes. */
  votes: number | null
  comments: number | null
}

type Names = Pick<Paper, 'arxivId' | 'doi'>

// Numbers of six digits are bioRxiv's, of eight digits medRxiv's. Journals share the prefixes and have other numbers.
const PREPRINT_DOI = /^10\.(?:1101|64898)\/(?:\d{4}\.\d{2}\.\d{2}\.)?(?:\d{6}|(?<medrxiv>\d{8}))$/

/** The PDF's URL: on arXiv, else on bioRxiv or medRxiv. */
export function pdfUrl({ arxivId, doi }: Names): string | null {
  if (arxivId) return `https://arxiv.org/pdf/${arxivId}`
  const match = PREPRINT_DOI.exec(doi ?? '')
  if (!match) return null
  const host = match.groups?.medrxiv ? 'www.medrxiv.org' : 'www.biorxiv.org'
  return `https://${host}/content/${doi}.full.pdf`
}

export const arxivUrl = ({ arxivId }: Pick<Names, 'arxivId'>): string | null =>
  arxivId ? `https://arxiv.org/abs/${arxivId}` : null

/** arXiv makes web pages of papers since December 2023. */
export const arxivHtmlUrl = ({ arxivId }: Pick<Names, 'arxivId'>): string | null =>
  arxivId && /^\d/.test(arxivId) && arxivId >= '2312' ? `https://arxiv.org/html/${arxivId}` : null

/** Escapes the characters that end a path. */
export const doiUrl = ({ doi }: Pick<Names, 'doi'>): string | null =>
  doi ? `https://doi.org/${encodeURIComponent(doi).replaceAll('%2F', '/')}` : null

/** The page for votes and discussion. Hugging Face is the only source with votes. */
export const votesUrl = ({ arxivId, votes }: Pick<Paper, 'arxivId' | 'votes'>): string | null =>
  arxivId && votes !== null ? `https://huggingface.co/papers/${arxivId}` : null
