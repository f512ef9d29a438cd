import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, test } from 'vitest'
import { addSubscriber } from '../../../../src/account/signup/add-subscriber.ts'
import { planDigests } from '../../../../src/digests/plan-digests.ts'
import { words } from '../../../../src/i18n/words.ts'
import { mailed } from '../../../support/mailed-links.ts'
import { NOW } from '../../../support/site.ts'
import { useSiteInBrowser } from '../../../support/site-in-browser.ts'
import { addPapers } from '../../../support/site-papers.ts'

const EMAIL = 'ann@example.com'
const HYBRID = 'A Systematic Analysis of Hybrid Linear Attention'
const w = words.kept

const seen = useSiteInBrowser()
const { site } = seen

beforeEach(async () => {
  await addPapers(site.db)
  site.clock.moveTo(new Date('2026-11-23T12:00:00Z'))
  await addSubscriber(site.deps, { email: EMAIL, topics: ['attention'], consent: 'on paper' })
  site.clock.moveTo(NOW)
  await planDigests(site.deps)
})

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
const choose = (page: Page, name: string) => page.getByRole('link', { name, exact: true }).click()
const article = (page: Page, title: string) => page.locator('article', { hasText: title }).first()

/** From an email to the page of the subscriber, and on to the newest digest. */
async function digestPage(javaScriptEnabled: boolean): Promise<Page> {
  const { html, text, path } = await mailed(site, 'digest', EMAIL)
  // The email itself has no such action.
  expect(html + text).not.toMatch(/\bKeep\b/)
  const page = await seen.open({ javaScriptEnabled })
  page.setDefaultTimeout(30_000)
  await page.goto(path)
  await page.locator('a[href*="/digest/"]').first().click()
  await page.waitForURL(/\/digest\//)
  return page
}

describe.each([
  ['without scripts', false],
  ['with scripts', true],
])('a subscriber, %s', (_how, scripts) => {
  test('keeps a paper of a digest, exports it, removes it and undoes that', async () => {
    const page = await digestPage(scripts)
    await article(page, HYBRID).getByRole('button', { name: w.keep }).click()
    await article(page, HYBRID).getByRole('link', { name: w.kept }).click()
    await page.waitForURL(/\/kept\//)
    expect(await page.locator('h1').innerText()).toBe(w.page.heading)
    expect(await article(page, HYBRID).locator('.why').innerText()).toContain('attention')

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      choose(page, words.paper.citeFormats.bib),
    ])
    expect(download.suggestedFilename()).toBe('kept.bib')

    await article(page, HYBRID).getByRole('button', { name: w.remove }).click()
    expect(await page.locator('.notice [role=status]').innerText()).toContain(HYBRID)
    expect(await page.locator('article').count()).toBe(0)
    await press(page, w.page.undo)
    await article(page, HYBRID).waitFor()
  })

  test('makes a feed, reads digests only there, and ends it', async () => {
    const page = await digestPage(scripts)
    await page.goto(page.url().replace(/\/digest\/.*/, ''))
    await press(page, w.feeds.make)
    const path = (await page.locator('a[href^="/feed/"][href$=".xml"]').getAttribute('href'))!
    expect((await page.request.get(path)).status()).toBe(200)
    await page.getByLabel(w.feeds.only).check()
    await press(page, w.feeds.save)
    await page.getByText(words.receipts.skipped.elsewhere).first().waitFor()
    expect(await page.getByLabel(w.feeds.only).isChecked()).toBe(true)
    await press(page, w.feeds.off)
    await page.getByRole('button', { name: w.feeds.make, exact: true }).waitFor()
    expect((await page.request.get(path)).status()).toBe(410)
  })
})

test('a visitor keeps papers in the browser, sees their list, removes one and undoes that', async () => {
  const page = await seen.open()
  await page.goto('/papers/2507.06457')
  const keep = page.locator('.actions').getByRole('button', { name: `${w.keep}: ${HYBRID}` })
  await keep.click()
  const kept = page.locator('.actions').getByRole('button', { name: `${w.kept}: ${HYBRID}` })
  expect(await kept.innerText()).toBe(w.kept)
  await page.locator('.actions').getByRole('link', { name: w.all }).click()
  expect(await article(page, HYBRID).locator('a').getAttribute('href')).toBe('/papers/2507.06457')
  await page.getByRole('button', { name: `${w.remove}: ${HYBRID}` }).click()
  await page.getByRole('button', { name: `${w.page.undo}: ${HYBRID}` }).click()
  await page.reload()
  expect(await page.locator('article').count()).toBe(1)
  await page.getByRole('button', { name: `${w.remove}: ${HYBRID}` }).click()
  await page.reload()
  expect(await page.locator('article').count()).toBe(0)
  expect(await page.locator('main').innerText()).toContain(w.here.none)
})

test('a visitor’s browser sends nothing about what it keeps', async () => {
  const page = await seen.open()
  await page.goto('/papers/2507.06457')
  const sent: string[] = []
  // Browsers load the icon when they like.
  page.on('request', (request) => request.url().includes('/assets/') || sent.push(request.url()))
  await page
    .locator('.actions')
    .getByRole('button', { name: `${w.keep}: ${HYBRID}` })
    .click()
  await page
    .locator('.actions')
    .getByRole('button', { name: `${w.kept}: ${HYBRID}` })
    .click()
  expect(sent).toEqual([])
  expect(await page.context().cookies()).toEqual([])
})

test('a visitor without scripts is led to the form to sign up', async () => {
  const page = await seen.open({ javaScriptEnabled: false })
  page.setDefaultTimeout(30_000)
  await page.goto('/papers/2507.06457')
  await page.locator('.actions').getByRole('link', { name: w.keep, exact: true }).click()
  await page.waitForURL('**/subscribe')
  await page.goto('/kept')
  expect(await page.locator('main').innerText()).toContain(w.here.noScript)
})
