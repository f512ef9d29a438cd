import type { Day } from '../core/dates.ts'

/** A link that is longer is left out: it would not fit the byte budget. */
const LONGEST = 300
const ARXIV_PAGE = /^\/papers\/((?:\d{4}\.\d{4,5}|[a-z-]+\/\d{7}))$/

/** The only links that a mail holds: pages of the site, arXiv, and code over https. */
export interface Links {
  /** A page of a paper on the site; undefined for any other path. */
  paper(path: string): string | undefined
  day(day: Day): string
}

export function siteLinks(baseUrl: string): Links {
  const papers = `${new URL(baseUrl).href.replace(/\/$/, '')}/papers/`
  return {
    paper(path) {
      if (!path.startsWith('/papers/')) return undefined
      const link = parsed(papers + path.slice('/papers/'.length))
      return link?.href.startsWith(papers) ? withinLimit(link) : undefined
    },
    day: (day) => `${papers}date/${day}`,
  }
}

/** A paper under a topic of its reader. */
export interface TopicPaperRef {
  topicId: number
  paperId: number
}

/** Where changes of a topic are tried, starting from a paper. `manageUrl` is the page of its reader's own settings. */
export const topicLink = (manageUrl: string, { topicId, paperId }: TopicPaperRef): string =>
  `${manageUrl}/topics/${topicId}?paper=${paperId}`

/** The paper on arXiv, where its page on the site has an arXiv identifier. */
export const arxivLink = (path: string): string | undefined => onArxiv('abs', path)

export const arxivPdfLink = (path: string): string | undefined => onArxiv('pdf', path)

function onArxiv(kind: 'abs' | 'pdf', path: string): string | undefined {
  const id = ARXIV_PAGE.exec(path)?.[1]
  return id && `https://arxiv.org/${kind}/${id}`
}

/** A foreign link, if it is https, names nobody and is of a sane length. */
export function codeLink(url: string | null): string | undefined {
  const link = parsed(url ?? '')
  if (link?.protocol !== 'https:' || link.username || link.password) return undefined
  return withinLimit(link)
}

const parsed = (url: string): URL | undefined => URL.parse(url) ?? undefined

const withinLimit = ({ href }: URL): string | undefined => (href.length <= LONGEST ? href : undefined)
