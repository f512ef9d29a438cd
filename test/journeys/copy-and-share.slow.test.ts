import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, test } from 'vitest'
import { words } from '../../src/i18n/words.ts'
import { useSiteInBrowser } from '../support/site-in-browser.ts'
import { addPapers } from '../support/site-papers.ts'

const seen = useSiteInBrowser()
const PAPER = '/papers/2507.06457'

beforeEach(() => addPapers(seen.site.db))

/** A window that may read the clipboard. */
async function openPaper({ sharing = false } = {}): Promise<Page> {
  const page = await seen.open({ permissions: ['clipboard-read', 'clipboard-write'] })
  await page.clock.install()
  await page.addInitScript(sharing ? KEEPS_SHARED : 'delete Navigator.prototype.share')
  await page.goto(PAPER)
  return page
}

const KEEPS_SHARED =
  'Navigator.prototype.share = (data) => { window.shared = data; return Promise.reject(new Error("closed")) }'

const clipboard = (page: Page) => page.evaluate('navigator.clipboard.readText()') as Promise<string>

const copyLink = (page: Page) => page.getByRole('button', { name: words.share.copyLink })
const copied = (page: Page) => page.getByRole('button', { name: words.share.copied })
const shareButton = (page: Page) => page.getByRole('button', { name: words.share.button, exact: true })

describe('a button to copy', () => {
  test('copies its text, says so for 3 seconds and announces it', async () => {
    const page = await openPaper()
    await copyLink(page).click()
    await copied(page).waitFor()
    expect(await clipboard(page)).toBe(`${seen.site.deps.config.BASE_URL}${PAPER}`)
    const status = page.getByRole('status')
    expect(await status.innerText()).toBe(words.share.copied)

    await page.clock.runFor(2_000)
    await page.evaluate('navigator.clipboard.writeText("cleared")')
    await copied(page).click()
    await expect.poll(() => clipboard(page)).toBe(`${seen.site.deps.config.BASE_URL}${PAPER}`)
    await page.clock.runFor(2_900)
    expect(await copied(page).count()).toBe(1)
    await page.clock.runFor(200)
    expect(await copyLink(page).count()).toBe(1)
    expect(await status.innerText()).toBe('')
  })

  test.each(['bib', 'ris'] as const)('copies the text that is shown: .%s', async (format) => {
    const page = await openPaper()
    await page.locator('summary', { hasText: words.paper.cite }).click()
    await page.getByText(words.paper.citeFormats[format], { exact: true }).click()
    await page.getByRole('button', { name: words.paper.copyCitation }).click()
    await page.getByRole('status').getByText(words.share.copied).waitFor()
    const { body } = await seen.site.app.inject(`${PAPER}.${format}`)
    expect((await clipboard(page)).trim()).toBe(body.replaceAll('\r\n', '\n').trim())
  })
})

describe('the button to share', () => {
  test('opens the share sheet of the device', async () => {
    const page = await openPaper({ sharing: true })
    await shareButton(page).click()
    expect(await page.evaluate('window.shared')).toEqual({
      title: 'A Systematic Analysis of Hybrid Linear Attention',
      url: `${seen.site.deps.config.BASE_URL}${PAPER}`,
    })
  })

  test('is hidden where the browser has no share sheet', async () => {
    const page = await openPaper()
    expect(await copyLink(page).isVisible()).toBe(true)
    expect(await shareButton(page).count()).toBe(0)
  })
})

test('without scripts there is no button to copy or to share', async () => {
  const page = await seen.open({ javaScriptEnabled: false })
  await page.goto(PAPER)
  expect(await page.locator('[data-copy], [data-copy-from], [data-share]').count()).toBeGreaterThan(2)
  for (const button of await page.locator('[data-copy], [data-copy-from], [data-share]').all())
    expect(await button.isVisible()).toBe(false)
})
