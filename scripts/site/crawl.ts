import { linksOf } from './static-page.ts'
import { fileOf, isWritten, keyOf } from './written-pages.ts'

interface CrawledFile {
  /** Its path in the copy. */
  file: string
  /** Its URL in the running demo. */
  url: URL
  isHtml: boolean
  body: string
}

export interface Crawl {
  /** By key, in the order in which they were found. */
  files: Map<string, CrawledFile>
  /** The file that a URL of the demo leads to; undefined if the copy does not have it. */
  find(url: URL): CrawledFile | undefined
}

interface Site {
  origin: string
  /** Of an operator who is logged in, for the admin pages. */
  cookie: string
  /** Lets the crawler go on, which asks as much as hundreds of visitors. */
  forgetVisits(): Promise<unknown>
}

/**
 * Fetches the starting paths, whatever they are, and follows all links to pages of the copy. Of several links to what is
 * one page of the copy, the first is fetched.
 */
export async function crawl(site: Site, start: readonly string[]): Promise<Crawl> {
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
  const lists = await listsIn(site)
  for (const path of [...start, ...lists]) add(path)
  let digests = 0
  for (let url = queue.shift(); url; url = queue.shift()) {
    const key = keyOf(url)
    await site.forgetVisits()
    const fetched = await fetchPage(site, url)
    if (fetched.redirect) {
      redirects.set(key, keyOf(fetched.redirect))
      add(fetched.redirect.href)
      continue
    }
    const { isHtml, body } = fetched
    files.set(key, { file: fileOf(key, { isHtml, digests }), url, isHtml, body })
    if (key.startsWith('/digest/')) digests++
    if (!isHtml) continue
    for (const href of linksOf(body)) {
      const link = URL.parse(href, url.href)
      if (link && isWritten(keyOf(link), lists)) add(link.href)
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

/** The paths of the sitemap's lists: those that have papers. */
async function listsIn(site: Site): Promise<Set<string>> {
  const { body = '' } = await fetchPage(site, new URL('/sitemap-days.xml', site.origin))
  const paths = [...body.matchAll(/<loc>([^<]+)<\/loc>/g)].map(([, url = '']) => new URL(url).pathname)
  return new Set(paths.filter((path) => path.startsWith('/papers/')))
}

type Fetched =
  | { redirect: URL; isHtml?: never; body?: never }
  | { redirect?: never; isHtml: boolean; body: string }

/** Throws if the site has no such page: none of its links may lead to one. */
async function fetchPage({ cookie }: Site, url: URL): Promise<Fetched> {
  const headers = url.pathname.startsWith('/admin') ? { cookie } : undefined
  const response = await fetch(url, { headers, redirect: 'manual' })
  const location = response.headers.get('location')
  if (location) return { redirect: new URL(location, url) }
  if (response.status !== 200) throw new Error(`${url.pathname}${url.search}: status ${response.status}`)
  const isHtml = response.headers.get('content-type')?.startsWith('text/html') ?? false
  return { isHtml, body: await response.text() }
}
