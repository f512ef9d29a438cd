import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, posix } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { linksOf } from '../../../scripts/site/static-page.ts'
import { writeArchive } from '../../../scripts/site/write-archive.ts'
import { readConfig } from '../../../src/config/config.ts'
import { importPapers } from '../../../src/papers/import-papers.ts'
import { checksums } from '../../support/checksums.ts'
import { useSite } from '../../support/site.ts'

const site = useSite()
const PUBLISHED = 'https://lab.example.org/attention/'
let folder: string

/** 25 papers on attention, on two pages of results, and 30 on robots. */
const PAPERS = Array.from({ length: 55 }, (_, n) => ({
  id: `2511.${String(10_000 + n)}`,
  title: n < 25 ? `Linear attention, part ${n}` : `Robots that fold shirts, part ${n}`,
  summary: n < 25 ? 'We study linear attention.' : 'We teach robots to fold.',
  votes: n,
}))

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'archive-'))
  await importPapers(site.deps, { text: JSON.stringify(PAPERS), day: '2026-11-24' })
})
afterEach(() => rmSync(folder, { recursive: true }))

const read = (file: string): string => readFileSync(join(folder, file), 'utf8')
const paperIds = (files: string[]) =>
  files.flatMap((file) => /^papers\/([\d.]+)\.html$/.exec(file)?.[1] ?? [])

/** Links to files that do not exist. */
const deadLinks = (files: string[]): string[] =>
  files
    .filter((file) => file.endsWith('.html'))
    .flatMap((file) =>
      linksOf(read(file))
        .filter((href) => !/^(https:|mailto:|data:|#)/.test(href))
        .map((href) => posix.join(posix.dirname(file), href.replace(/#.*/, ''))),
    )
    .filter((file) => !files.includes(file))

describe('`writeArchive` with a topic', () => {
  const topic = '"linear attention"'

  test('writes the pages of its papers only, and changes nothing but rate limits', async () => {
    const before = await checksums(site.db)
    const files = await writeArchive(site.deps, folder, { url: PUBLISHED, topic })
    expect(paperIds(files).sort()).toEqual(PAPERS.slice(0, 25).map(({ id }) => id))
    const expected = ['index.html', 'page-2.html', 'feed.xml', 'feed.json', 'papers/2511.10003.bib']
    expect(files).toEqual(expect.arrayContaining([...expected, 'about-this-copy.html', 'assets/site.css']))
    expect(files.filter((file) => /date|week|month|subscribe|manage|admin/.test(file))).toEqual([])
    expect(deadLinks(files)).toEqual([])
    expect(read('index.html')).toContain(', part 24<')
    expect(files.map(read).join('')).not.toContain('Robots that fold')
    await site.db.bucket.deleteMany({ where: { key: { contains: ' 192.0.2.' } } })
    expect(await checksums(site.db)).toEqual(before)
  })

  test('publishes feeds under the address of the copy', async () => {
    await writeArchive(site.deps, folder, { url: PUBLISHED, topic })
    const feed = JSON.parse(read('feed.json'))
    expect(feed.feed_url).toBe(`${PUBLISHED}feed.json`)
    expect(feed.items).toHaveLength(25)
    expect(feed.items[0].url).toMatch(new RegExp(`^${PUBLISHED}papers/2511\\.\\d{5}\\.html$`))
  })

  test('leads from the rest of a public site to that site, and to its sign-up for the topic', async () => {
    const config = { ...readConfig({ BASE_URL: 'https://papers.example' }), production: false }
    const files = await writeArchive({ ...site.deps, config }, folder, { url: PUBLISHED, topic })
    expect(linksOf(read('index.html'))).toContain('https://papers.example/papers/week')
    const subscribe = `https://papers.example/subscribe?${new URLSearchParams({ topic })}`
    expect(linksOf(read('about-this-copy.html'))).toContain(subscribe)
    expect(deadLinks(files)).toEqual([])
  })

  test.each([
    ['a query that cannot be read', '(attention'],
    ['a topic without papers', 'proteins'],
  ])('refuses %s, and writes nothing', async (_what, topic) => {
    await expect(writeArchive(site.deps, folder, { url: PUBLISHED, topic })).rejects.toThrow(topic)
    expect(existsSync(join(folder, 'index.html'))).toBe(false)
  })
})

test('`writeArchive` without a topic writes every paper and list, also beyond the limits of a visitor', async () => {
  await site.db.bucket.deleteMany()
  const files = await writeArchive(site.deps, folder, { url: PUBLISHED })
  expect(paperIds(files)).toHaveLength(PAPERS.length)
  const lists = ['papers/date/2026-11-24.html', 'papers/week/2026-W48.html', 'papers/month/2026-11.html']
  expect(files).toEqual(expect.arrayContaining([...lists, 'papers/trending.html', 'feed.xml', 'index.html']))
  expect(deadLinks(files)).toEqual([])
  expect(files.map(read).join('')).not.toMatch(/localhost|127\.0\.0\.1/)
  expect(paperIds(files).filter((id) => !read(`papers/${id}.html`).includes('id="like"'))).toEqual([])
})

test('`writeArchive` leaves a folder with other files as it is', async () => {
  writeFileSync(join(folder, 'thesis.tex'), 'mine')
  await expect(writeArchive(site.deps, folder, { url: PUBLISHED })).rejects.toThrow(folder)
  expect(read('thesis.tex')).toBe('mine')
})
