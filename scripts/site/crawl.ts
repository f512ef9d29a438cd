import { linksOf } from './static-page.ts'
import { type CopiedPages, keyOf } from './written-pages.ts'

interface CrawledFile {
  /** Its path in the copy. */
  file: string
  /** Its URL in the running site. */
  url: URL
  isHtml: boolean
  body: string
}

export interface Crawl {
  /** By key, in the order in which they were found. */
  files: Map<string, CrawledFile>
  /** The file that a URL of the site leads to; undefined if the copy does not have it. */
  find(url: URL): CrawledFile | undefined
}

/** A response of the site. */
interface SiteResponse {
  status: number
  type: string
  /** Of a redirect. */
  location: string | null
  body: string
}

export interface Site {
  origin: string
  /** The response to a GET. The crawler asks as much as hundreds of visitors, so it must not be limited. */
  get(url: URL): Promise<SiteResponse>
}

/**
 * Fetches the starting paths, and follows all links to pages of the copy. Of several links to what is one page of the
 * copy, the first is fetched.
 */
export async function crawl(site: Site, { start, isWritten, fileOf }: CopiedPages): Promise<Crawl> {
  const files = new Map<string, CrawledFile>()
  const redirects = new Map<string, string>()
  const seen = new Set<string>()
  const queue: URL[] = []
  const add = (href: string) => {
    const url = URL.parse(href, site.origin)
    if (url?.origin !== site.origin || seen.has(keyOf(url))) return
    seen.add(keyOf(url))
    queue.push(url)
  }
  for (const path of start) add(path)
  for (let url = queue.shift(); url; url = queue.shift()) {
    const key = keyOf(url)
    const fetched = await fetchPage(site, url)
    if (fetched.redirect) {
      redirects.set(key, keyOf(fetched.redirect))
      add(fetched.redirect.href)
      continue
    }
    const { isHtml, body } = fetched
    files.set(key, { file: fileOf(key, { isHtml, files }), url, isHtml, body })
    if (!isHtml) continue
    for (const href of linksOf(body)) {
      const link = URL.parse(href, url.href)
      if (link && isWritten(keyOf(link))) add(link.href)
    }
  }
  return {
    files,
    find: (url) => {
      if (url.origin !== site.origin) return undefined
      const key = keyOf(url)
      return files.get(redirects.get(key) ?? key)
    },
  }
}

/** The paths of the sitemap's lists, those that have papers, and of the last seven days. */
export async function listsIn(site: Site): Promise<Set<string>> {
  const { body = '' } = await fetchPage(site, new URL('/sitemap-days.xml', site.origin))
  const paths = [...body.matchAll(/<loc>([^<]+)<\/loc>/g)].map(([, url = '']) => new URL(url).pathname)
  return new Set(['/papers/week', ...paths.filter((path) => path.startsWith('/papers/'))])
}

type Fetched =
  | { redirect: URL; isHtml?: never; body?: never }
  | { redirect?: never; isHtml: boolean; body: string }

/** Throws if the site has no such page: none of its links may lead to one. */
async function fetchPage(site: Site, url: URL): Promise<Fetched> {
  const { status, type, location, body } = await site.get(url)
  if (location) return { redirect: new URL(location, url) }
  if (status !== 200) throw new Error(`${url.pathname}${url.search}: status ${status}`)
  return { isHtml: type.startsWith('text/html'), body }
}
