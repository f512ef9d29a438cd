import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Eta } from 'eta'
import { removeDemo } from '../demo/demo.ts'
import { type Crawl, crawl, listsIn, type Site } from './crawl.ts'
import { type ReadersDemo, startReadersDemo } from './sample-reader.ts'
import { DEMO_ONLY, openStaticCopy, requireOwnFolder, writeFiles } from './static-copy.ts'
import { withContent } from './static-page.ts'
import { fileOf, isWritten } from './written-pages.ts'

const LINE = { text: 'This is a static copy with sample papers.', link: 'Run it yourself' }

const searchPath = (query: string) => `/papers?${new URLSearchParams({ q: query })}`
const SEARCHES = ['robots', '"linear attention"']

/** Shown instead of the mail server of the demo, which is on this machine, at another port each time. */
const SAMPLE_MAIL_SERVER = 'smtp.example.org:587'

/** Files that no link of the site leads to, by the path under which pages here may link to them. */
const EXTRA_FILES: Record<string, string> = {
  '/preview': 'subscribe-preview.html',
  '/digest-email': 'digest-email.html',
  '/digest-email.txt': 'digest-email.txt',
}

/**
 * Writes the demo as files for any static host, or for none. `url` is where they will be published. Returns the names of
 * the files.
 */
export async function writeSite(folder: string, url: string): Promise<string[]> {
  requireOwnFolder(folder)
  const data = mkdtempSync(join(tmpdir(), 'site-'))
  const started = await startReadersDemo(join(data, 'demo'))
  try {
    const site = siteOf(started)
    const lists = await listsIn(site)
    const crawled = await crawl(site, {
      start: [...startingPaths(started), ...lists],
      isWritten: (key) => isWritten(key, lists),
      fileOf,
    })
    return writeFiles(folder, contentsOf(crawled, started, url))
  } finally {
    await started.demo.stop()
    await removeDemo(join(data, 'demo'))
    rmSync(data, { recursive: true, force: true })
  }
}

/** The demo's site, seen by an operator who is logged in. */
const siteOf = ({ demo, cookie }: ReadersDemo): Site => ({
  origin: demo.site,
  get: async (url) => {
    await demo.service.deps.db.bucket.deleteMany()
    const headers = url.pathname.startsWith('/admin') ? { cookie } : undefined
    const response = await fetch(url, { headers, redirect: 'manual' })
    return {
      status: response.status,
      type: response.headers.get('content-type') ?? '',
      location: response.headers.get('location'),
      body: await response.text(),
    }
  },
})

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
  const elsewhere = (target: URL) => {
    if (target.origin === demo.mailbox.url) return EXTRA_FILES['/digest-email']!
    const extra = EXTRA_FILES[target.pathname]
    return extra ? `${extra}${target.hash}` : DEMO_ONLY
  }
  const { contents, addPage, addText } = openStaticCopy({
    crawled,
    origin: demo.site,
    url,
    formsFile: DEMO_ONLY,
    line: LINE,
    elsewhere,
  })
  addPage('subscribe-preview.html', preview)
  addPage('digest-email.html', digest.html || '')
  addText('digest-email.txt', digest.text ?? '')
  addPage(DEMO_ONLY, demoOnlyPage(crawled))
  const randomId = new RegExp([...ids.keys()].join('|'), 'g')
  const mailServer = new URL(demo.mailbox.smtpUrl).host
  for (const [file, content] of contents) {
    const withSampleIds = content.replaceAll(randomId, (id) => ids.get(id)!)
    contents.set(file, withSampleIds.replaceAll(mailServer, SAMPLE_MAIL_SERVER))
  }
  return contents
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
