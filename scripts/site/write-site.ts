import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, posix } from 'node:path'
import { Eta } from 'eta'
import { removeDemo } from '../demo/demo.ts'
import { type Crawl, crawl } from './crawl.ts'
import { type ReadersDemo, startReadersDemo } from './sample-reader.ts'
import { staticPage, withContent } from './static-page.ts'

/** A page for links that lead outside the copy, and for forms. */
const DEMO_ONLY = 'demo-only.html'
const STYLE = 'assets/static-copy.css'
const LINE =
  '<aside class="static-copy" aria-label="About this copy">This is a static copy with sample papers. <a href="HREF">Run it yourself</a></aside>'

const searchPath = (query: string) => `/papers?${new URLSearchParams({ q: query })}`
const SEARCHES = ['robots', '"linear attention"']

/** Files that no link of the site leads to, by the path under which pages here may link to them. */
const EXTRA_FILES: Record<string, string> = {
  '/preview': 'subscribe-preview.html',
  '/digest-email': 'digest-email.html',
  '/digest-email.txt': 'digest-email.txt',
}

/**
 * Writes the demo as files for any static host, or for none. `url` is where they will be published: feeds and texts need
 * whole URLs. Returns the names of the files.
 */
export async function writeSite(folder: string, url: string): Promise<string[]> {
  requireOwnFolder(folder)
  const data = mkdtempSync(join(tmpdir(), 'site-'))
  const started = await startReadersDemo(join(data, 'demo'))
  try {
    const { demo, cookie } = started
    const forgetVisits = () => demo.service.deps.db.bucket.deleteMany()
    const crawled = await crawl({ origin: demo.site, cookie, forgetVisits }, startingPaths(started))
    const contents = contentsOf(crawled, started, url)
    rmSync(folder, { recursive: true, force: true })
    for (const [file, content] of contents) {
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      writeFileSync(join(folder, file), content)
    }
    return [...contents.keys()]
  } finally {
    await started.demo.stop()
    await removeDemo(join(data, 'demo'))
    rmSync(data, { recursive: true, force: true })
  }
}

/** Throws rather than delete what this command did not write. */
function requireOwnFolder(folder: string): void {
  if (!existsSync(folder) || readdirSync(folder).length === 0 || existsSync(join(folder, DEMO_ONLY))) return
  throw new Error(`${folder} has other files. Name an empty folder, or one that this command wrote.`)
}

/** The reader's own pages come first: all links to pages of these kinds lead to them. */
function startingPaths({ digest }: ReadersDemo): string[] {
  const own = ['manage', 'digest', 'unsubscribe'].map((page) => linkTo(page, digest.html || ''))
  const pages = ['/', '/papers', '/subscribe', '/feed.xml', '/feed.json', '/admin', '/admin/subscribers']
  return [...own, ...pages, ...SEARCHES.map(searchPath)]
}

function linkTo(page: string, html: string): string {
  const [link] = html.match(new RegExp(`https?://[^"/]+/${page}/[\\w-]+`)) ?? []
  if (!link) throw new Error(`the digest has no link to /${page}`)
  return link
}

/** The content of each file. */
function contentsOf(
  crawled: Crawl,
  { demo, digest, preview, ids }: ReadersDemo,
  url: string,
): Map<string, string> {
  const fileAt = (target: URL) => {
    if (target.origin === demo.mailbox.url) return EXTRA_FILES['/digest-email']!
    const found = EXTRA_FILES[target.pathname] ?? crawled.find(target)?.file
    return found ? `${found}${target.hash}` : DEMO_ONLY
  }
  const randomId = new RegExp([...ids.keys()].join('|'), 'g')
  const text = (raw: string) =>
    publishedText(raw, { origin: demo.site, url, fileAt }).replaceAll(randomId, (id) => ids.get(id)!)
  const page = (file: string, html: string, base = new URL(demo.site)) => {
    const up = (to: string) => posix.relative(posix.dirname(file), to)
    const link = (href: string) => {
      const target = URL.parse(href, base.href)
      return target?.hostname === base.hostname ? up(fileAt(target)) : text(href)
    }
    const isWritten = (href: string) => crawled.find(new URL(href, base)) !== undefined
    const links = { link, text, isWritten, demoOnly: up(DEMO_ONLY) }
    return staticPage(html, links, { line: LINE.replace('HREF', up(DEMO_ONLY)), style: up(STYLE) })
  }
  const contents = new Map<string, string>()
  for (const { file, isHtml, body, url: base } of crawled.files.values())
    contents.set(file, isHtml ? page(file, body, base) : text(body))
  contents.set('subscribe-preview.html', page('subscribe-preview.html', preview))
  contents.set('digest-email.html', page('digest-email.html', digest.html || ''))
  contents.set('digest-email.txt', text(digest.text ?? ''))
  contents.set(STYLE, readFileSync(join(import.meta.dirname, 'static-copy.css'), 'utf8'))
  contents.set(DEMO_ONLY, page(DEMO_ONLY, demoOnlyPage(crawled)))
  return contents
}

/** URLs of the demo in text become URLs of the published copy, also if they are encoded, as in a mailto: link. */
function publishedText(
  text: string,
  { origin, url, fileAt }: { origin: string; url: string; fileAt(target: URL): string },
): string {
  const published = (found: string) => new URL(fileAt(new URL(found)), url).href
  const { hostname } = new URL(origin)
  return text
    .replaceAll(new RegExp(`${origin}[^\\s<>"'\\\\)]*`, 'g'), published)
    .replaceAll(new RegExp(`${encodeURIComponent(origin)}[^&\\s"]*`, 'g'), (found) =>
      encodeURIComponent(published(decodeURIComponent(found))),
    )
    .replaceAll(`tag:${hostname},`, `tag:${new URL(url).hostname},`)
}

/** What needs the service, and what there is to see without it, in the layout of a page that no menu has. */
function demoOnlyPage({ files }: Crawl): string {
  const digest = [...files.keys()].find((key) => key.startsWith('/digest/'))!
  const pages = [
    ['/', 'The newest day'],
    ['/papers/week', 'The week'],
    ['/papers/month', 'The month'],
    ['/papers/trending', 'Trending papers'],
    ...SEARCHES.map((query) => [searchPath(query), `A search: ${query}`]),
    ['/subscribe', 'The form to subscribe'],
    ['/preview', 'A preview of two topics'],
    ['/digest-email', 'A digest, as it arrives by email'],
    ['/digest-email.txt', 'The same as plain text'],
    [digest, 'The page of that digest'],
    ['/manage', 'What a reader can change'],
    ['/unsubscribe', 'The page to unsubscribe'],
    ['/admin', 'The operator’s overview'],
    ['/admin/subscribers', 'The operator’s list of subscribers'],
    [files.get('/admin/subscriber')?.url.href, 'One of these subscribers'],
    ['/feed.xml', 'The feed, as Atom'],
    ['/feed.json', 'The feed, as JSON'],
  ]
  const title = 'This is a static copy'
  const eta = new Eta({ views: import.meta.dirname, autoTrim: false })
  return withContent(files.get(digest)!.body, { title, content: eta.render('demo-only.eta', { pages }) })
}
