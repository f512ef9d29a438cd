import { dayOf } from '../../core/dates.ts'
import { type Paper, pdfUrl } from '../../papers/paper.ts'
import { paperPathOf } from '../../papers/paper-key.ts'
import { plainText } from '../../papers/text/plain-text.ts'
import { publishedOn } from './citations.ts'

export interface Meta {
  name: string
  content: string
}

/** The Highwire Press meta tags, which Zotero and Google Scholar read. */
export function metaOf(paper: Paper, baseUrl: string): Meta[] {
  const all: [string, string | null][] = [
    ['citation_title', plainText(paper.title)],
    ...paper.authors.map((author): [string, string] => ['citation_author', plainText(author)]),
    ['citation_publication_date', publishedOn(paper).replaceAll('-', '/')],
    ['citation_online_date', paper.publishedAt && dayOf(paper.publishedAt).replaceAll('-', '/')],
    ['citation_arxiv_id', paper.arxivId],
    ['citation_doi', paper.doi],
    ['citation_pdf_url', pdfUrl(paper)],
    ['citation_abstract_html_url', `${baseUrl}${paperPathOf(paper)}`],
  ]
  return all.flatMap(([name, content]) => (content ? [{ name, content }] : []))
}
