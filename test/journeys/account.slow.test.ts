import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { words } from '../../src/i18n/words.ts'
import { kindsOf, mailed } from '../support/mailed-links.ts'
import { sentence } from '../support/page-text.ts'
import { subscribeThroughSite } from '../support/site.ts'
import { useSiteInBrowser } from '../support/site-in-browser.ts'

const EMAIL = 'ann@example.com'
const NEW = 'ann@new.example'

const seen = useSiteInBrowser()
const { site } = seen

const heading = (page: Page) => page.locator('h1').innerText()
const press = (page: Page, name: string) => page.getByRole('button', { name }).click()

/** From the front page to the account page, with two emails, for a subscriber who has no digest. */
async function toAccount(page: Page): Promise<void> {
  await page.goto('/')
  await page.getByRole('link', { name: words.manage.title }).click()
  await page.getByLabel(words.account.email).fill(EMAIL)
  await press(page, words.account.myLink.send)
  expect(await heading(page)).toBe(words.account.linkSent.heading)
  await page.goto((await mailed(site, 'manage-link', EMAIL)).path)
  await page.getByRole('button', { name: words.manage.account.download }).click()
  expect(await page.locator('main').innerText()).toContain('a•••@example.com')
  await page.goto((await mailed(site, 'account-link', EMAIL)).path)
}

// None of these pages loads a script.
test('a subscriber downloads their data, changes the address and deletes everything', async () => {
  await subscribeThroughSite(site, EMAIL, { topic: 'robots' })
  const page = await seen.open({ javaScriptEnabled: false })
  await toAccount(page)

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: words.account.copy.take }).click(),
  ])
  expect(download.suggestedFilename()).toBe('daily-papers-2026-11-24.json')
  const copy = JSON.parse(readFileSync(await download.path(), 'utf8'))
  expect([copy.subscriber.address, copy.topics[0].query]).toEqual([EMAIL, 'robots'])

  await page.getByLabel(words.account.move.label).fill('ann at new')
  await press(page, words.account.move.send)
  expect(await page.title()).toMatch(sentence(words.site.errorTitle))
  expect(await page.locator(':focus').getAttribute('role')).toBe('alert')
  expect(await page.getByLabel(words.account.move.label).inputValue()).toBe('ann at new')
  await page.getByLabel(words.account.move.label).fill(NEW)
  await press(page, words.account.move.send)
  expect(await heading(page)).toBe(words.account.newAddress.heading)
  await page.goto((await mailed(site, 'new-address', NEW)).path)
  await press(page, words.account.confirmAddress.digests.press)
  expect(await heading(page)).toBe(words.account.moved.digests.heading)
  expect(await kindsOf(site, EMAIL)).toContain('moved')

  await page.getByRole('link', { name: words.account.moved.manage }).click()
  await page.getByRole('button', { name: words.manage.account.download }).click()
  await page.goto((await mailed(site, 'account-link', NEW)).path)
  await page.getByRole('link', { name: words.account.erase.look }).click()
  await press(page, words.account.erase.press)
  expect(await heading(page)).toBe(words.account.erased.heading)
  await page.goBack()
  expect(await heading(page)).toBe(words.account.erased.heading)
  expect(await site.db.subscriber.count({ where: { address: null } })).toBe(1)
  await page.context().close()
})
