import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, posix } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { linksOf } from '../../scripts/site/static-page.ts'
import { writeSite } from '../../scripts/site/write-site.ts'
import { findings, loadAxe } from '../support/axe.ts'
import { useBrowser } from '../support/use-browser.ts'

const MAX_BYTES = 100_000
const PUBLISHED = 'https://papers.example.org/daily-papers/'
/** Signed links begin with their version; see src/subscribers/links.ts. */
const TOKEN = /\bAQ[\w-]{30,}/

/** An email client shows an email inside its own page, so an email has no landmarks. */
const RULES_FOR_PAGES = ['landmark-one-main', 'region']

const browser = useBrowser()
const folder = mkdtempSync(join(tmpdir(), 'static-site-'))
let files: string[]

beforeAll(async () => {
  files = await writeSite(folder, PUBLISHED)
}, 300_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const read = (file: string): string => readFileSync(join(folder, file), 'utf8')
const pages = (): string[] => files.filter((file) => file.endsWith('.html'))

describe('the files of the static site', () => {
  test('are pages of each kind, with each sample paper and its citations', () => {
    const ids = files.flatMap((file) => file.match(/^papers\/(\d{4}\.\d{5})\.html$/)?.[1] ?? [])
    expect(ids.length).toBeGreaterThan(150)
    const withSimilar = ids.filter((id) => read(`papers/${id}.html`).includes('id="like"'))
    expect(withSimilar.length).toBeGreaterThan(150)
    const citations = ids.flatMap((id) => ['bib', 'ris', 'csl.json'].map((end) => `papers/${id}.${end}`))
    expect(files).toEqual(
      expect.arrayContaining([
        ...citations,
        ...[
          'index.html',
          'papers/date/2026-11-27.html',
          'papers/week/2026-W48.html',
          'papers/month/2026-11.html',
        ],
        ...['papers/trending.html', 'papers.html', 'papers.q-robots.html', 'papers.q-linear-attention.html'],
        ...[
          'subscribe.html',
          'subscribe-preview.html',
          'manage.html',
          'manage/topics/1.html',
          'unsubscribe.html',
        ],
        ...['digest.html', 'digest-email.html', 'digest-email.txt', 'admin.html', 'admin/subscriber.html'],
        ...['feed.xml', 'feed.json', 'assets/site.css', 'assets/share.js', 'demo-only.html'],
      ]),
    )
  })

  test('name the newest day in the masthead', () => {
    for (const file of ['subscribe-preview.html', 'manage.html', 'digest.html', 'privacy.html'])
      expect.soft(read(file), file).toContain('datetime="2026-11-27"')
  })

  test('have no machine name and no token, and are below 100 kB', () => {
    for (const file of files) {
      const content = read(file)
      expect.soft(content.match(/localhost|127\.0\.0\.1|\/tmp\//)?.[0], file).toBeUndefined()
      expect.soft(content.match(TOKEN)?.[0], file).toBeUndefined()
      expect.soft(Buffer.byteLength(content), file).toBeLessThan(MAX_BYTES)
    }
  })

  test('link to each other by relative paths, and to other sites', () => {
    const missing = pages().flatMap((file) =>
      linksOf(read(file))
        .filter((href) => !/^(https:|mailto:|data:|#)/.test(href))
        .filter((href) => !files.includes(posix.join(posix.dirname(file), href.replace(/#.*/, ''))))
        .map((href) => `${file}: ${href}`),
    )
    expect(missing).toEqual([])
  })

  test('have only URLs of published files', () => {
    const urls = files.flatMap((file) => read(file).match(new RegExp(`${PUBLISHED}[\\w./:-]*`, 'g')) ?? [])
    expect([...new Set(urls)].filter((url) => !files.includes(url.slice(PUBLISHED.length)))).toEqual([])
    expect(urls).toContain(`${PUBLISHED}feed.json`)
  })

  test('have no script that needs a server, and forms that send no input', () => {
    const scripts = new Set(pages().flatMap((file) => read(file).match(/<script[^>]*>/g) ?? []))
    expect([...scripts].filter((tag) => !/ src="[./]*assets\/share\.js"/.test(tag))).toEqual([])
    for (const file of pages()) {
      const html = read(file)
      expect.soft(html, file).not.toMatch(/type="hidden"|<(input|textarea|select)[^>]* formaction=/)
      const actions = [...html.matchAll(/<form[^>]* action="([^"]*)"/g)].map(([, action]) => action)
      expect
        .soft(
          actions.filter((action) => !action?.endsWith('demo-only.html')),
          file,
        )
        .toEqual([])
    }
  })
})

test('the page about the demo has the commands of the README', () => {
  const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')
  const commands = [...read('demo-only.html').matchAll(/<pre><code>(.*?)<\/code>/gs)].map(
    ([, command = '']) => command,
  )
  expect(commands.length).toBe(2)
  for (const command of commands) expect(readme).toContain(command.replaceAll('&amp;', '&'))
})

test.each(['index.html', 'papers/2405.17381.html', 'digest.html', 'digest-email.html', 'demo-only.html'])(
  '%s opens as a file, and axe finds nothing',
  async (file) => {
    const page = await browser.open({ viewport: { width: 375, height: 800 } })
    await page.goto(pathToFileURL(join(folder, file)).href)
    await loadAxe(page)
    expect(await findings(page, { without: file === 'digest-email.html' ? RULES_FOR_PAGES : [] })).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
  },
)

test('a search that is not published leads to the page about the demo, without the input', async () => {
  const page = await browser.open({ viewport: { width: 1280, height: 800 } })
  await page.goto(pathToFileURL(join(folder, 'papers/2405.17381.html')).href)
  await page.getByRole('searchbox').fill('private words')
  await page.keyboard.press('Enter')
  await page.waitForURL(/demo-only\.html\??$/)
  expect(await page.locator('main').innerText()).toContain('npm ci && npm run demo')
})
