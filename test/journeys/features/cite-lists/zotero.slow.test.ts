// Runs Zotero's own code on a page, if TEST_DATA/zotero has it: CONTRIBUTING.md names the files. PICTURE=FILE.png keeps a
// picture of what it offers to save.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import { recordListings } from '../../../../src/papers/listing.repo.ts'
import { plainTextsOf } from '../../../../src/papers/plain-paper.ts'
import { arxivPapers } from '../../../support/archived-papers.ts'
import { arxivKey, sampleRecord } from '../../../support/sample-record.ts'
import { NOW } from '../../../support/site.ts'
import { useSiteInBrowser } from '../../../support/site-in-browser.ts'
import { addPapers } from '../../../support/site-papers.ts'
import { noTestData, testData } from '../../../support/test-data.ts'

const folder = testData('zotero')
/** Those of zotero/utilities, in the order in which they load. */
const UTILITIES = [
  'xregexp-all.js',
  'xregexp-unicode-zotero.js',
  'utilities.js',
  'utilities_item.js',
  'openurl.js',
  'resource/zoteroTypeSchemaData.js',
  'cachedTypes.js',
]

/** What a translator needs of the program around it: it keeps what is offered and saved. */
const AROUND = `
  var offered = {}, saved = []
  var Zotero = {
    debug() {}, wait() {}, done() {},
    Item: class { creators = []; attachments = []; tags = []; complete() { saved.push(this) } },
    selectItems(items, choose) { offered = items; choose(items) },
  }
  var Z = Zotero`
const JOINED = 'Zotero.Utilities.parseContextObject = Zotero.OpenURL.parseContextObject'

const seen = useSiteInBrowser()
const { site } = seen

beforeEach((context) => {
  if (!folder) context.skip(noTestData('zotero'))
})

interface SavedItem {
  itemType: string
  title: string
  date: string
  DOI?: string
  url?: string
  creators: { firstName?: string; lastName: string; creatorType?: string }[]
}

interface Found {
  detected: string
  offered: string[]
  saved: SavedItem[]
}

async function runZotero(page: Page): Promise<Found> {
  const read = (name: string) => readFileSync(join(folder!, name), 'utf8')
  // A translator begins with a description as JSON.
  const translator = read('COinS.js').replace(/^[\s\S]*?\n\}\n/, '')
  for (const content of [AROUND, ...UTILITIES.map(read), JOINED, translator])
    await page.addScriptTag({ content })
  return page.evaluate(`(() => {
    const detected = detectWeb(document, document.URL)
    doWeb(document, document.URL)
    return { detected, offered: Object.values(offered), saved: saved.map(({ attachments, ...item }) => item) }
  })()`)
}

test('Zotero finds all papers of a day, each with its title, date, DOI, address and names', async () => {
  const papers = arxivPapers().slice(0, 20)
  const records = papers.map(({ title, authors, arxivId }) =>
    sampleRecord({ title, authors, keys: [arxivKey(arxivId!)] }),
  )
  if (records.length === 0) await addPapers(site.db)
  await recordListings(site.db, { source: 'huggingface', day: '2026-11-24', records, now: NOW })
  const page = await seen.open({ bypassCSP: true, viewport: { width: 1280, height: 900 } })
  await page.goto('/papers/date/2026-11-24?sort=newest')
  const titles = await page.locator('article.paper :is(h2, h3)').allInnerTexts()
  const { detected, offered, saved } = await runZotero(page)
  if (process.env.PICTURE) await takePicture(page, { detected, offered }, process.env.PICTURE)
  expect(detected).toBe('multiple')
  expect(offered).toHaveLength(titles.length)
  for (const paper of papers) {
    const { title, authors } = plainTextsOf(paper)
    const item = saved.find((one) => one.DOI === `10.48550/arXiv.${paper.arxivId}`)
    expect(item).toMatchObject({ itemType: 'preprint', url: `https://arxiv.org/abs/${paper.arxivId}` })
    expect(item!.title.trim()).toBe(title.replaceAll('+', ' ').trim())
    const names = item!.creators.map(({ firstName, lastName }) => [firstName, lastName].join(' '))
    expect(names.map(wordsOf)).toEqual(authors.slice(0, 100).map(wordsOf))
  }
})

/** Zotero writes a full stop after initials, and a suffix before the family name. */
const wordsOf = (name: string): string[] => name.match(/[\p{L}\p{M}]+/gu)!.toSorted()

test('a paper’s own page is left to its meta tags', async () => {
  await addPapers(site.db)
  const page = await seen.open({ bypassCSP: true })
  await page.goto('/papers/2507.06457')
  expect((await runZotero(page)).detected).toBe(false)
  expect(await page.locator('meta[name=citation_title]').count()).toBe(1)
})

/** What was found, over the page, as the window of Zotero lists it. */
async function takePicture(
  page: Page,
  { detected, offered }: Omit<Found, 'saved'>,
  path: string,
): Promise<void> {
  await page.evaluate(`{
    const box = document.createElement('div')
    box.style.cssText = 'position:fixed;inset:40px 40px auto auto;width:560px;max-height:820px;overflow:hidden;background:#fff;color:#222;border:1px solid #888;border-radius:8px;padding:16px;font:14px sans-serif;z-index:9'
    const head = document.createElement('p')
    head.textContent = 'detectWeb of COinS.js: "${detected}". selectItems offers ${offered.length}:'
    box.append(head)
    for (const title of ${JSON.stringify(offered)}) {
      const row = document.createElement('label')
      row.style.cssText = 'display:block;padding:3px 0'
      row.append(Object.assign(document.createElement('input'), { type: 'checkbox', checked: true }), ' ' + title)
      box.append(row)
    }
    document.body.append(box)
  }`)
  await page.screenshot({ path })
}
