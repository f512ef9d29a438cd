import type { DigestPaper, TextRun } from '../digests/digest-content.ts'
import type { Day } from '../platform/dates.ts'
import { shortDate } from '../words/dates.ts'
import { counted, words } from '../words/words.ts'
import { cut, cutRuns, oneLine, textOfRuns } from './line.ts'
import { arxivLink, codeLink, type Links } from './links.ts'

/** How much of each paper is shown: the most UTF-16 units of title and snippet; or the title alone. */
export type Detail = { title: number; snippet: number } | { title: number; alone: true }

/** A paper as the tags of the templates read it; an empty text is not shown. */
export interface PaperView {
  title: string
  url?: string
  reason: string
  authors: string
  snippet: TextRun[]
  snippetText: string
  /** "41 votes", "4 comments", "Code": the last ones with links. */
  facts: { text: string; url?: string }[]
}

const FIRST_AUTHORS = 3
const LONGEST_AUTHOR = 60
const LONGEST_REASON = 240

/** A paper that was listed on another day than the digest's own says so. */
export function paperView(paper: DigestPaper, digestDay: Day, links: Links, detail: Detail): PaperView {
  const title = titleOf(paper, detail.title)
  const url = links.paper(paper.path)
  if ('alone' in detail)
    return { title, url, reason: '', authors: '', snippet: [], snippetText: '', facts: [] }
  const snippet = cutRuns(paper.snippet, detail.snippet)
  return {
    title,
    url,
    reason: cut(oneLine(paper.reason ?? ''), LONGEST_REASON),
    authors: authorsOf(paper.authors),
    snippet,
    snippetText: textOfRuns(snippet),
    facts: factsOf(paper, digestDay),
  }
}

export const titleOf = (paper: DigestPaper, most: number): string => cut(textOfRuns(paper.title), most)

/** "A, B, C and 97 more" */
function authorsOf(authors: string[]): string {
  const names = authors.map((author) => cut(oneLine(author), LONGEST_AUTHOR)).filter(Boolean)
  const first = names.slice(0, FIRST_AUTHORS).join(', ')
  const others = names.length - FIRST_AUTHORS
  return others > 0 ? `${first} and ${others} more` : first
}

function factsOf({ votes, comments, day, codeUrl, path }: DigestPaper, digestDay: Day): PaperView['facts'] {
  const code = codeLink(codeUrl)
  const arxiv = arxivLink(path)
  return [
    votes === null ? [] : { text: counted(votes, words.counts.vote) },
    comments === null ? [] : { text: counted(comments, words.counts.comment) },
    day === digestDay ? [] : { text: `listed ${shortDate(day)}` },
    code ? { text: 'Code', url: code } : [],
    arxiv ? { text: `arXiv:${arxiv.id}`, url: arxiv.url } : [],
  ].flat()
}
