import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { kindsOf, mailed } from '../support/mailed-links.ts'
import { subscribeThroughSite } from '../support/site.ts'
import { useSiteInBrowser } from '../support/site-in-browser.ts'

const EMAIL = 'ann@example.com'
const NEW = 'ann@new.example'

const seen = useSiteInBrowser()
const { site } = seen

const heading = (page: Page) => page.locator('h1').innerText()
const press = (page: Page, name: string) => page.getByRole('button', { name }).click()

/** From the front page to the account page, by two mails, as somebody does who has no digest at hand. */
async function toAccount(page: Page): Promise<void> {
  await page.goto('/')
  await page.getByRole('link', { name: 'Your digests' }).click()
  await page.getByLabel('Email address').fill(EMAIL)
  await press(page, 'Email me my link')
  expect(await heading(page)).toBe('Check your inbox')
  await page.goto((await mailed(site, 'manage-link', EMAIL)).path)
  await page.getByRole('button', { name: 'Download my data' }).click()
  expect(await page.locator('main').innerText()).toContain('a•••@example.com')
  await page.goto((await mailed(site, 'account-link', EMAIL)).path)
}

describe.each([
  ['without scripts', false],
  ['with scripts', true],
])('%s', (_how, scripts) => {
  test('a copy, a new address, and the end', async () => {
    await subscribeThroughSite(site, EMAIL, { topic: 'robots' })
    const page = await seen.open({ javaScriptEnabled: scripts })
    await toAccount(page)

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download your data' }).click(),
    ])
    expect(download.suggestedFilename()).toBe('daily-papers-2026-11-24.json')
    const copy = JSON.parse(readFileSync(await download.path(), 'utf8'))
    expect([copy.subscriber.address, copy.topics[0].query]).toEqual([EMAIL, 'robots'])

    await page.getByLabel('New email address').fill('ann at new')
    await press(page, 'Email the link')
    expect(await page.title()).toMatch(/^Error: /)
    expect(await page.locator(':focus').getAttribute('role')).toBe('alert')
    expect(await page.getByLabel('New email address').inputValue()).toBe('ann at new')
    await page.getByLabel('New email address').fill(NEW)
    await press(page, 'Email the link')
    expect(await heading(page)).toBe('Check your new inbox')
    await page.goto((await mailed(site, 'new-address', NEW)).path)
    await press(page, 'Send digests here')
    expect(await heading(page)).toBe('Your digests have a new address')
    expect(await kindsOf(site, EMAIL)).toContain('moved')

    await page.getByRole('link', { name: 'Change topics or schedule' }).click()
    await page.getByRole('button', { name: 'Download my data' }).click()
    await page.goto((await mailed(site, 'account-link', NEW)).path)
    await page.getByRole('link', { name: 'See what’s deleted and what’s kept' }).click()
    await press(page, 'Delete everything')
    expect(await heading(page)).toBe('Everything is deleted')
    await page.goBack()
    expect(await heading(page)).toBe('Everything is deleted')
    expect(await site.db.subscriber.count({ where: { address: null } })).toBe(1)
    await page.context().close()
  })
})
