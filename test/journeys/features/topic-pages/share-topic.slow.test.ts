import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { words } from '../../../../src/i18n/words.ts'
import { newestMail } from '../../../support/site.ts'
import { useSiteInBrowser } from '../../../support/site-in-browser.ts'
import { addPapers } from '../../../support/site-papers.ts'

const PHONE = { width: 360, height: 740 }
const NAME = 'Reading list of Lab 4'
const TITLE = 'A Systematic Analysis of Hybrid Linear Attention'
const say = words.topicPages

const seen = useSiteInBrowser()
const { site } = seen
beforeEach(() => addPapers(site.db))

/** The site of a lab, on another origin, with what was pasted there last. */
let lab: Server
let pasted = ''
beforeAll(async () => {
  lab = createServer((_request, reply) => {
    reply.setHeader('content-type', 'text/html; charset=utf-8')
    reply.end(`<!doctype html><html lang="en"><title>Lab 4</title><h1>Lab 4</h1>${pasted}</html>`)
  })
  await new Promise<void>((done) => lab.listen(0, '127.0.0.1', done))
})
afterAll(() => lab.close())
const labUrl = () => `http://127.0.0.1:${(lab.address() as AddressInfo).port}/`

/** From a search to the page of its topic and a second one. */
async function shareFromSearch(page: Page): Promise<void> {
  await page.goto('/papers?q=linear+attention')
  await page.getByRole('link', { name: say.search.link }).click()
  const topics = page.getByLabel(say.form.topics)
  expect(await topics.inputValue()).toBe('linear attention')
  await topics.fill('linear attention\nstrings AND')
  await page.getByLabel(say.form.name).fill(NAME)
  await page.getByRole('button', { name: say.form.button }).click()
  // What was typed is still there.
  expect(await page.getByRole('alert').locator('li').count()).toBe(1)
  expect(await page.getByLabel(say.form.name).inputValue()).toBe(NAME)
  await topics.fill('linear attention\nstrings AND branes')
  await page.getByRole('button', { name: say.form.button }).click()
  await page.waitForURL(/\/topics\/[0-9a-f]{20}$/)
}

test('a topic is shared from a search, read on a phone without scripts, and subscribed to', async () => {
  const page = await seen.open({ viewport: PHONE, javaScriptEnabled: false })
  await shareFromSearch(page)
  expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe(NAME)
  expect(await page.getByRole('heading', { level: 2 }).allInnerTexts()).toContain('Linear attention')
  expect(await page.getByText(words.search.feeds.atom, { exact: false }).first().isVisible()).toBe(true)

  await page.getByRole('link', { name: say.subscribe }).click()
  const form = page.locator('#subscribe')
  expect((await form.locator('textarea[name=topic]').inputValue()).split('\n')).toEqual([
    'linear attention',
    'strings AND branes',
  ])
  await form.getByLabel(words.form.email).fill('ann@example.com')
  await form.getByRole('button', { name: words.form.subscribe, exact: true }).click()
  await page.waitForURL(/\/check-inbox\//)
  const { kind, content } = await newestMail(site.db, 'ann@example.com')
  expect(kind).toBe('confirmation')
  const signup = await site.db.signup.findFirstOrThrow({ where: { id: content.signupId } })
  expect(JSON.stringify(signup.request)).toContain('strings AND branes')
})

test('the code of a page shows its papers in a frame of another site, whose links open beside it', async () => {
  const page = await seen.open({ permissions: ['clipboard-read', 'clipboard-write'] })
  await shareFromSearch(page)
  const shared = page.url()
  await page.getByRole('button', { name: say.embed.copy }).click()
  const code = (await page.evaluate('navigator.clipboard.readText()')) as string
  expect(code.trim()).toBe((await page.locator('#embed-code').innerText()).trim())
  // The site listens on another port than that of BASE_URL.
  pasted = code.replace(site.deps.config.BASE_URL, seen.base)

  const requested: string[] = []
  page.on('request', (request) => void requested.push(request.resourceType()))
  await page.goto(labUrl())
  const frame = page.frameLocator('iframe')
  await frame.getByRole('link', { name: TITLE }).first().waitFor()
  expect(await frame.getByRole('heading', { level: 1 }).innerText()).toBe(NAME)
  expect([...new Set(requested)].sort()).toEqual(['document', 'stylesheet'])
  expect(await page.context().cookies()).toEqual([])
  const [opened] = await Promise.all([
    page.waitForEvent('popup'),
    frame.getByRole('link', { name: TITLE }).first().click(),
  ])
  await opened.waitForURL(/\/papers\/2507\.06457$/)
  expect(page.url()).toBe(labUrl())

  // The page itself stays out of frames: the browser refuses it.
  pasted = `<iframe src="${shared}" title="not allowed"></iframe>`
  await page.goto(labUrl())
  await expect.poll(() => page.frames()[1]?.url()).toMatch(/^chrome-error:/)
})
