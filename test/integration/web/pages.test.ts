import AxeBuilder from '@axe-core/playwright'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { launchBrowser } from '../../support/browser.ts'
import { confirmToken, post, subscribeThroughSite, unsubscribeToken, useSite } from '../../support/site.ts'
import { addPapers } from '../../support/site-papers.ts'

const EMAIL = 'ann@example.com'
const TOPICS = 'linear attention, "world model" -robot, author:LeCun'
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

const site = useSite()
let browser: Browser | undefined
let base: string

beforeAll(async () => {
  browser = await launchBrowser()
  base = await site.app.listen({ port: 0, host: '127.0.0.1' })
})
afterAll(() => browser?.close())
beforeEach((context) => {
  if (!browser) context.skip('no browser on this machine')
})

async function open(options: BrowserContextOptions): Promise<Page> {
  const context = await browser!.newContext(options)
  return context.newPage()
}

/** Every page there is, and the form with faults on it. */
async function everyPage(): Promise<string[]> {
  await addPapers(site.db)
  await subscribeThroughSite(site, EMAIL, { topic: TOPICS })
  await post(site, '/subscribe', { email: 'bob@example.com', topic: TOPICS })
  await subscribeThroughSite(site, 'carol@example.com')
  const ended = await post(site, `/unsubscribe/${await unsubscribeToken(site, 'carol@example.com')}`, {
    from: 'page',
  })
  const confirmed = await confirmToken(site, EMAIL)
  return [
    '/',
    '/papers/date/2026-11-22',
    '/papers/2507.06457',
    '/papers/2511.17001',
    '/subscribe',
    '/check-inbox',
    `/confirm/${await confirmToken(site, 'bob@example.com')}`,
    `/confirm/${confirmed}`,
    `/confirm/${confirmed}/done`,
    `/unsubscribe/${await unsubscribeToken(site, EMAIL)}`,
    '/unsubscribe/nonsense',
    '/unsubscribed',
    ended.headers.location as string,
    '/privacy',
    '/nothing',
  ]
}

async function fillInWrongly(page: Page): Promise<void> {
  await page.goto(`${base}/subscribe`)
  await page.fill('#email', 'ann')
  await page.fill('#topic', 'linear AND')
  await page.click('.when summary')
  await page.fill('#zone', 'EST')
  await page.click('form.subscribe button')
  await page.waitForSelector('[role=alert]')
}

const faultsOn = async (page: Page): Promise<string[]> => {
  const { violations } = await new AxeBuilder({ page }).withTags(WCAG).analyze()
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
}

describe('every page', () => {
  test.each([
    ['light', 375],
    ['dark', 1280],
  ] as const)(
    'is accessible: %s, %i px',
    async (colorScheme, width) => {
      const urls = await everyPage()
      const page = await open({ colorScheme, viewport: { width, height: 800 } })
      for (const url of urls) {
        await page.goto(base + url)
        expect([url, await faultsOn(page)]).toEqual([url, []])
        expect(await page.locator('h1').count()).toBe(1)
      }
      await fillInWrongly(page)
      expect(await faultsOn(page)).toEqual([])
    },
    120_000,
  )

  test('fits 320 px without sideways scrolling, asks nobody else for anything, and stays small', async () => {
    const urls = await everyPage()
    const page = await open({ viewport: { width: 320, height: 700 } })
    const asked = new Set<string>()
    page.on('request', (request) => asked.add(new URL(request.url()).origin))
    for (const url of urls) {
      const answer = await page.goto(base + url)
      const [wide, seen] = (await page.evaluate('[document.documentElement.scrollWidth, innerWidth]')) as [
        number,
        number,
      ]
      expect([url, wide]).toEqual([url, seen])
      expect((await answer!.body()).byteLength).toBeLessThan(100_000)
    }
    expect([...asked]).toEqual([base])
  }, 60_000)
})

test('without scripts: from the form, over its faults, to a subscription, its end and its undo', async () => {
  await addPapers(site.db)
  const page = await open({ javaScriptEnabled: false, viewport: { width: 375, height: 800 } })
  await page.goto(base)
  await page.getByLabel('E-mail address').fill('ann@')
  await page.getByLabel('Topics').fill(TOPICS)
  await page.getByRole('button', { name: 'Subscribe', exact: true }).click()
  expect(await page.title()).toMatch(/^Error: /)
  expect(await page.getByLabel('Topics').inputValue()).toBe(TOPICS)
  await page.getByLabel('E-mail address').fill(EMAIL)
  await page.getByRole('button', { name: 'Subscribe', exact: true }).click()
  expect(await headingOf(page)).toBe('Check your inbox')
  await page.goto(`${base}/confirm/${await confirmToken(site, EMAIL)}`)
  await page.getByRole('button', { name: 'Yes, send me this' }).click()
  expect(await headingOf(page)).toBe('You are subscribed')
  expect(await page.getByRole('main').innerText()).toContain('Wednesday, 25 November 2026, 08:00, UTC')
  await page.goto(`${base}/unsubscribe/${await unsubscribeToken(site, EMAIL)}`)
  await page.getByRole('button', { name: 'Unsubscribe' }).click()
  expect(await headingOf(page)).toBe('You are unsubscribed')
  await page.getByRole('button', { name: 'Undo: subscribe again' }).click()
  expect(await headingOf(page)).toBe('You are subscribed')
  expect(await page.context().cookies()).toEqual([])
}, 60_000)

test('by keyboard: the first stop skips to the content, and what has the focus shows it', async () => {
  const page = await open({ viewport: { width: 1280, height: 800 } })
  await page.goto(`${base}/subscribe`)
  await page.keyboard.press('Tab')
  expect(await page.locator(':focus').innerText()).toBe('Skip to the content')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  expect(await page.locator(':focus').getAttribute('id')).toBe('email')
  const outline = await page.evaluate('getComputedStyle(document.activeElement).outlineWidth')
  expect(outline).toBe('3px')
})

const headingOf = (page: Page): Promise<string> => page.locator('h1').innerText()
