import type { Paper } from './paper.ts'

type Names = Pick<Paper, 'arxivId' | 'doi'>

// medRxiv and journals share bioRxiv's prefixes, but use other numbers.
const BIORXIV_DOI = /^10\.(?:1101|64898)\/(?:\d{4}\.\d{2}\.\d{2}\.)?\d{6}$/

/** The PDF's URL: on arXiv, else on bioRxiv. */
export function pdfUrl({ arxivId, doi }: Names): string | null {
  if (arxivId) return `https://arxiv.org/pdf/${arxivId}`
  return doi && BIORXIV_DOI.test(doi) ? `https://www.biorxiv.org/content/${doi}.full.pdf` : null
}

export const arxivUrl = ({ arxivId }: Pick<Names, 'arxivId'>): string | null =>
  arxivId ? `https://arxiv.org/abs/${arxivId}` : null

/** Escapes the characters that end a path. */
export const doiUrl = ({ doi }: Pick<Names, 'doi'>): string | null =>
  doi ? `https://doi.org/${encodeURIComponent(doi).replaceAll('%2F', '/')}` : null

/** The page for votes and discussion. Hugging Face is the only source with votes. */
export const votesUrl = ({ arxivId, votes }: Pick<Paper, 'arxivId' | 'votes'>): string | null =>
  arxivId && votes !== null ? `https://huggingface.co/papers/${arxivId}` : null
