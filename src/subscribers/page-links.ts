import type { Day } from '../core/dates.ts'
import { memoize } from '../core/memoize.ts'
import { spanOf } from '../search/spans.ts'

/** Longer links are left out: they would exceed the byte budget. */
const MAX_LENGTH = 300
const ARXIV_PAGE = /^\/papers\/((?:\d{4}\.\d{4,5}|[a-z-]+\/\d{7}))$/

/** The only links in an email: pages of the site, arXiv, and code over https. */
export interface Links {
  /** A paper's page on the site; undefined for other paths. */
  paper(path: string): string | undefined
  day(day: Day): string
  /** The ISO week with this day. */
  week(day: Day): string
}

const MAX_SITES = 10

export const siteLinks = memoize((baseUrl: string): Links => {
  const papers = `${new URL(baseUrl).href.replace(/\/$/, '')}/papers/`
  return {
    paper(path) {
      if (!path.startsWith('/papers/')) return undefined
      const link = parsed(papers + path.slice('/papers/'.length))
      return link?.href.startsWith(papers) ? withinLimit(link) : undefined
    },
    day: (day) => `${papers}date/${day}`,
    week: (day) => `${papers}week/${spanOf('week', day).name}`,
  }
}, MAX_SITES)

/** The setting that turns papers that come close on and off. */
export const closePapersLink = (manageUrl: string): string => `${manageUrl}?edit=close#related`

/** The page for trying changes of a topic; from a paper with `?paper=ID`. `manageUrl` is the subscriber's settings page. */
export const topicPage = (manageUrl: string, topicId: number): string => `${manageUrl}/topics/${topicId}`

/** The reader's page of an email's papers, with links that change topics; `messageId`: that of the email. */
export const ownDigestPage = (manageUrl: string, messageId: string): string =>
  `${manageUrl}/digest/${messageId}`

/** The paper on arXiv, if its page on the site has an arXiv identifier. */
export const arxivLink = (path: string): string | undefined => onArxiv('abs', path)

export const arxivPdfLink = (path: string): string | undefined => onArxiv('pdf', path)

function onArxiv(kind: 'abs' | 'pdf', path: string): string | undefined {
  const id = ARXIV_PAGE.exec(path)?.[1]
  return id && `https://arxiv.org/${kind}/${id}`
}

/** A link to another site, if it is https, has no credentials and is not too long. */
export function codeLink(url: string | null): string | undefined {
  const link = parsed(url ?? '')
  if (link?.protocol !== 'https:' || link.username || link.password) return undefined
  return withinLimit(link)
}

const parsed = (url: string): URL | undefined => URL.parse(url) ?? undefined

const withinLimit = ({ href }: URL): string | undefined => (href.length <= MAX_LENGTH ? href : undefined)

export interface TopicPathParams {
  token: string
  id: number
  /** The id of the paper that the reader came from. */
  paper?: number | string
}

/** The page of one topic: /manage/…/topics/5?paper=12 */
export function topicPath({ token, id, paper }: TopicPathParams, more: Record<string, string> = {}): string {
  const query = new URLSearchParams({ ...(paper && { paper: String(paper) }), ...more })
  return `/manage/${token}/topics/${id}${query.size > 0 ? `?${query}` : ''}`
}

/** The page of a topic with a trial: a change of it, or a new topic with that name. */
export const trialPath = ({
  query,
  named,
  ...place
}: TopicPathParams & { query: string; named?: string }): string =>
  `${topicPath(place, { query, ...(named !== undefined && { as: 'new', name: named }) })}#try`
