import { createServer } from 'node:net'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { recentActions } from '../../../../src/core/action.repo.ts'
import { words } from '../../../../src/i18n/words.ts'
import { settingsFor } from '../../../integration/features/oidc/oidc-flow.ts'
import { CLIENT, startProvider } from '../../../integration/features/oidc/real-provider.ts'
import { PASSWORD } from '../../../support/admin.ts'
import { useSite } from '../../../support/site.ts'
import { useBrowser } from '../../../support/use-browser.ts'

const freePort = () =>
  new Promise<number>((done) => {
    const server = createServer().listen(0, 'localhost', () => {
      const { port } = server.address() as { port: number }
      server.close(() => done(port))
    })
  })

const port = await freePort()
// For a browser, localhost and 127.0.0.1 are two sites, as ours and the provider's are.
const base = `http://localhost:${port}`
const provider = await startProvider([`${base}/admin/oidc/callback`])
provider.people.set('ada', { name: 'Ada Operator', groups: ['operators'] })
provider.people.set('vera', { name: 'Vera Viewer', groups: ['viewers'] })
const site = useSite({ ...settingsFor(provider.issuer, CLIENT), ADMIN_PASSWORD: PASSWORD, BASE_URL: base })
const browser = useBrowser()
beforeAll(async () => void (await site.app.listen({ port, host: 'localhost' })))
afterAll(() => provider.close())

const w = words.admin

/** From the login page to the page that was asked for, through the pages of the provider. */
async function logIn(page: Page, person: string): Promise<void> {
  await page.getByRole('link', { name: /127\.0\.0\.1/ }).click()
  await page.locator('input[name=login]').fill(person)
  await page.locator('input[name=password]').fill('any')
  await page.locator('button[type=submit]').click()
  await page.locator('input[name=prompt][value=consent] ~ button, button[autofocus]').first().click()
}

test('an operator logs in at the provider, changes something, and logs out here and there', async () => {
  const page = await browser.open({ javaScriptEnabled: false })
  await page.goto(`${base}/admin/subscribers?state=active`)
  expect(await page.locator('input[type=password]').count()).toBe(1)
  await logIn(page, 'ada')
  await page.waitForURL(`${base}/admin/subscribers?state=active`)
  await page.goto(`${base}/admin`)
  expect(await page.locator('.ways-out').innerText()).toContain('Ada Operator')
  await page.getByLabel('Reason for pausing').fill('the relay moves')
  await page.getByRole('button', { name: 'Pause delivery' }).click()
  expect(await recentActions(site.db, { limit: 1 })).toMatchObject([
    { verb: 'delivery pause', by: 'Ada Operator' },
  ])
  await page.getByRole('button', { name: w.logout }).click()
  await page.waitForURL(`${provider.issuer}/session/end**`)
  await page.locator('button[value=yes]').click()
  await page.waitForURL(`${base}/admin/login**`)
  await page.goto(`${base}/admin`)
  expect(page.url()).toBe(`${base}/admin/login`)
}, 60_000)

test('an operator who may only look sees the pages without a button for a change', async () => {
  const page = await browser.open()
  await page.goto(`${base}/admin`)
  await logIn(page, 'vera')
  await page.waitForURL(`${base}/admin`)
  expect(await page.locator('.ways-out').innerText()).toContain('Vera Viewer')
  expect(await page.getByRole('button').allInnerTexts()).toEqual([w.logout])
  await page.goto(`${base}/admin/subscribers/add`)
  expect(await page.locator('[data-code="admin.read-only"]').count()).toBe(1)
}, 60_000)
