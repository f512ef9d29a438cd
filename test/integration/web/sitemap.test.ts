import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { beforeEach, expect, test } from 'vitest'
import { useSite } from '../../support/site.ts'
import { addPapers } from '../../support/site-papers.ts'

const site = useSite({ BASE_URL: 'https://papers.example', SITE_NAME: 'Papers & More of a Lab' })

beforeEach(() => addPapers(site.db))

const get = (url: string, headers: Record<string, string> = {}) => site.app.inject({ url, headers })

const parser = new XMLParser({
  ignoreAttributes: false,
  isArray: (name) => ['url', 'sitemap', 'Url'].includes(name),
})

async function xml(path: string) {
  const { body, headers, statusCode } = await get(path)
  expect([path, statusCode, XMLValidator.validate(body)]).toEqual([path, 200, true])
  const again = await get(path, { 'if-none-match': headers.etag as string })
  expect(again.statusCode).toBe(304)
  return parser.parse(body)
}

const pathsIn = (list: { loc: string }[]) => list.map(({ loc }) => loc.replace('https://papers.example', ''))

test('the sitemap links to every day and paper', async () => {
  const { sitemapindex } = await xml('/sitemap.xml')
  const parts = pathsIn(sitemapindex.sitemap)
  expect(parts[0]).toBe('/sitemap-days.xml')
  const pages: string[] = []
  for (const part of parts) pages.push(...pathsIn((await xml(part)).urlset.url))
  expect(pages).toEqual(
    expect.arrayContaining([
      ...['/', '/papers', '/subscribe', '/status', '/about', '/privacy'],
      ...['/papers/date/2026-11-24', '/papers/date/2026-11-23', '/papers/date/2026-11-20'],
      ...['/papers/2507.06457', '/papers/hep-th/9901001', '/papers/doi:10.1000/182'],
    ]),
  )
  expect(new Set(pages).size).toBe(pages.length)
  for (const page of pages) expect([page, (await get(page)).statusCode]).toEqual([page, 200])
})

test('the sitemap has no withdrawn papers and no empty parts', async () => {
  await site.db.paper.updateMany({ data: { withdrawnAt: site.clock.now() } })
  const { sitemapindex } = await xml('/sitemap.xml')
  for (const part of pathsIn(sitemapindex.sitemap).slice(1)) expect((await get(part)).statusCode).toBe(404)
  for (const part of ['99999', '0', '-1', '1.5', 'x', '0x1', '214749', '1e300', '9'.repeat(14)])
    expect([part, (await get(`/sitemap-papers-${part}.xml`)).statusCode]).toEqual([part, 404])
})

test('robots.txt names the sitemap', async () => {
  expect((await get('/robots.txt')).body).toMatch(/\n\nSitemap: https:\/\/papers\.example\/sitemap\.xml\n$/)
})

test('the OpenSearch description has the address of the search', async () => {
  const { OpenSearchDescription } = await xml('/opensearch.xml')
  expect(OpenSearchDescription.ShortName).toBe('Papers & More of')
  expect(OpenSearchDescription.Url[0]['@_template']).toBe('https://papers.example/papers?q={searchTerms}')
  expect((await get('/')).body).toContain('href="/opensearch.xml"')
})

test('/favicon.ico redirects to the icon', async () => {
  const { statusCode, headers } = await get('/favicon.ico')
  expect(statusCode).toBe(302)
  expect((await get(headers.location as string)).headers['content-type']).toContain('image/svg+xml')
})
