import { readFileSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { launchBrowser } from '../support/browser.ts'
import { kindsOf, mailed } from '../support/mailed-links.ts'
import { subscribeThroughSite, useSite } from '../support/site.ts'

const EMAIL = 'ann@example.com'
const NEW = 'ann@new.example'

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

async function open(javaScriptEnabled: boolean): Promise<Page> {
  const page = await (await browser!.newContext({ javaScriptEnabled })).newPage()
  page.setDefaultTimeout(5_000)
  return page
}

const heading = (page: Page) => page.locator('h1').innerText()
const press = (page: Page, name: string) => page.getByRole('button', { name }).click()

/** From the front page to the account page, by two mails, as somebody does who has no digest at hand. */
async function toAccount(page: Page): Promise<void> {
  await page.goto(base)
  await page.getByRole('link', { name: 'Your digests' }).click()
  await page.getByLabel('E-mail address').fill(EMAIL)
  await press(page, 'Mail me my link')
  expect(await heading(page)).toBe('Look into your inbox')
  await page.goto(base + (await mailed(site, 'manage-link', EMAIL)).path)
  await page.getByRole('button', { name: 'Mail me that link' }).click()
  expect(await page.locator('main').innerText()).toContain('a•••@example.com')
  await page.goto(base + (await mailed(site, 'account-link', EMAIL)).path)
}

describe.each([
  ['without scripts', false],
  ['with scripts', true],
])('%s', (_how, scripts) => {
  test('a copy, a new address, and the end', async () => {
    await subscribeThroughSite(site, EMAIL, { topic: 'robots' })
    const page = await open(scripts)
    await toAccount(page)

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download the copy' }).click(),
    ])
    expect(download.suggestedFilename()).toBe('daily-papers-2026-11-24.json')
    const copy = JSON.parse(readFileSync(await download.path(), 'utf8'))
    expect([copy.subscriber.address, copy.topics[0].query]).toEqual([EMAIL, 'robots'])

    await page.getByLabel('New e-mail address').fill('ann at new')
    await press(page, 'Mail the link there')
    expect(await page.title()).toMatch(/^Error: /)
    expect(await page.locator(':focus').getAttribute('role')).toBe('alert')
    expect(await page.getByLabel('New e-mail address').inputValue()).toBe('ann at new')
    await page.getByLabel('New e-mail address').fill(NEW)
    await press(page, 'Mail the link there')
    expect(await heading(page)).toBe('Look into the new inbox')
    await page.goto(base + (await mailed(site, 'new-address', NEW)).path)
    await press(page, 'Yes, send them here')
    expect(await heading(page)).toBe('Your digests have a new address')
    expect(await kindsOf(site, EMAIL)).toContain('moved')

    await page.getByRole('link', { name: 'Change topics, days and hour' }).click()
    await page.getByRole('button', { name: 'Mail me that link' }).click()
    await page.goto(base + (await mailed(site, 'account-link', NEW)).path)
    await page.getByRole('link', { name: 'See what goes and what stays' }).click()
    await press(page, 'Erase everything')
    expect(await heading(page)).toBe('Everything is erased')
    await page.goBack()
    expect(await heading(page)).toBe('Everything is erased')
    expect(await site.db.subscriber.count({ where: { address: null } })).toBe(1)
    await page.context().close()
  })
})
