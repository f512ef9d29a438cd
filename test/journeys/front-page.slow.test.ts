import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, test } from 'vitest'
import { fill, rateOf, words } from '../../src/i18n/words.ts'
import { newestMail } from '../support/site.ts'
import { useSiteInBrowser } from '../support/site-in-browser.ts'
import { addPapers } from '../support/site-papers.ts'

const seen = useSiteInBrowser()
const { site } = seen

beforeEach(() => addPapers(site.db))

async function open(width: number, height: number, options: object = {}): Promise<Page> {
  const page = await seen.open({ viewport: { width, height }, ...options })
  await page.goto('/')
  return page
}

const heading = (page: Page) => page.locator('h1').innerText()

async function signUp(page: Page, topic: string): Promise<void> {
  await page.getByLabel(words.home.topic, { exact: true }).fill(topic)
  await page.getByLabel(words.home.email, { exact: true }).fill('ann@example.com')
  await page.getByRole('button', { name: words.form.subscribe, exact: true }).click()
}

describe('the first screen of the front page', () => {
  test.each([
    ['desktop', 1280, 900, 260, 3],
    ['phone', 375, 812, 430, 1],
  ])(
    'on a %s, %i × %i, has the first title within %i px, and %i papers',
    async (_on, width, height, top, count) => {
      const page = await open(width, height)
      const titles = page.locator('article.paper h2')
      expect((await titles.first().boundingBox())!.y).toBeLessThanOrEqual(top)
      const { y, height: tall } = (await titles.nth(count - 1).boundingBox())!
      // Two lines of text below the last title.
      expect(y + tall + 60).toBeLessThanOrEqual(height)
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    },
  )

  test.each([1280, 375])('has up to 16 tab stops before the first title at %i px', async (width) => {
    const page = await open(width, 800)
    const isTitle = page.locator('article.paper h2 a:focus')
    let stops = 0
    for (; stops <= 16; stops++) {
      await page.keyboard.press('Tab')
      if ((await isTitle.count()) > 0) break
    }
    expect(stops).toBeLessThanOrEqual(16)
  })

  test('has a first tab stop that skips to the papers', async () => {
    const page = await open(1280, 900)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.waitForURL(/#papers$/)
    await page.keyboard.press('Tab')
    expect(await page.locator('article.paper h2 a:focus').count()).toBe(1)
  })
})

describe.each([
  ['with scripts', true],
  ['without scripts', false],
])('the banner, %s', (_how, javaScriptEnabled) => {
  const options = { javaScriptEnabled, timezoneId: 'Asia/Tokyo' }

  test('subscribes in the zone of the browser, and shows what the topic would have matched', async () => {
    const page = await open(1280, 900, options)
    const zone = javaScriptEnabled ? 'Asia/Tokyo' : 'UTC'
    if (javaScriptEnabled)
      await page.locator('[name=zone][value="Asia/Tokyo"]').waitFor({ state: 'attached' })
    await signUp(page, 'linear attention')
    expect(await heading(page)).toBe(words.checkInbox.title)
    expect(page.url()).not.toMatch(/ann|attention/)
    const main = await page.getByRole('main').innerText()
    expect(main).toContain('ann@example.com')
    expect(main).toContain(words.preview.heading)
    expect(main).toMatch(new RegExp(`linear attention\\s+${rateOf(5, 30)}`))
    expect((await newestMail(site.db, 'ann@example.com')).content).toMatchObject({
      zone,
      topics: [{ query: 'linear attention' }],
    })
  })

  test('warns about a word that no paper has; a second click subscribes', async () => {
    const page = await open(375, 812, options)
    await signUp(page, 'linear xylophone')
    expect(new URL(page.url()).pathname).toBe('/subscribe')
    const warning = page.getByRole('alert')
    expect(await warning.innerText()).toContain(
      fill(words.preview.warning.mentions, { span: '30 days', parts: '“xylophone”.' }),
    )
    expect(await site.db.message.count()).toBe(0)
    expect(await page.locator('#email').inputValue()).toBe('ann@example.com')
    expect(await page.locator('textarea[name="topic"]').inputValue()).toBe('linear xylophone')
    await page.getByRole('button', { name: words.form.subscribe, exact: true }).first().click()
    expect(await heading(page)).toBe(words.checkInbox.title)
    expect(await site.db.message.count()).toBe(1)
  })
})
