import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, test } from 'vitest'
import { fill, words } from '../../src/i18n/words.ts'
import { findings, loadAxe } from '../support/axe.ts'
import { useSiteInBrowser } from '../support/site-in-browser.ts'
import { addPapers } from '../support/site-papers.ts'

const seen = useSiteInBrowser()
const PAPER = '/papers/2507.06457'
const OF_A_HUNDRED = '/papers/2511.17001'

beforeEach(() => addPapers(seen.site.db))

const VIEWPORTS = [
  { width: 1280, height: 900 },
  { width: 375, height: 812 },
]

const places = (page: Page, selector: string) =>
  page
    .locator(`${selector}:visible`)
    .evaluateAll((all) => all.map((one) => (one as unknown as Shown).getBoundingClientRect().toJSON()))

interface Box {
  top: number
  bottom: number
  width: number
}

interface Shown {
  getBoundingClientRect(): { toJSON(): Box }
}

const cite = (page: Page) => page.locator('summary', { hasText: words.paper.cite })

describe.each(VIEWPORTS)('on a screen of $width px', (viewport) => {
  test('Cite opens below its row and moves no button', async () => {
    const page = await seen.open({ viewport, javaScriptEnabled: false })
    await page.goto(PAPER)
    const before = await places(page, '.actions .button')
    await cite(page).click()
    expect(await places(page, '.actions .button')).toEqual(before)
    const lowest = Math.max(...before.map((box) => box.bottom))
    const [panel] = await places(page, '.cite')
    expect(panel!.top).toBeGreaterThanOrEqual(lowest)
    expect(panel!.width).toBeGreaterThan(300)
  })

  test('the authors after the twelfth unfold below the others', async () => {
    // Checked by axe, which is a script.
    const page = await seen.open({ viewport })
    await page.goto(OF_A_HUNDRED)
    expect(await page.locator('.names a:visible').count()).toBe(12)
    const more = page.getByText(fill(words.paper.moreAuthors, { count: 88 }))
    const before = await more.boundingBox()
    await more.click()
    expect(await page.locator('.names a:visible').count()).toBe(100)
    expect(await more.boundingBox()).toEqual(before)
    await cite(page).click()
    await loadAxe(page)
    expect(await findings(page)).toEqual([])
  })
})

test('each format of a citation is chosen by keyboard, without a script', async () => {
  const page = await seen.open({ javaScriptEnabled: false })
  await page.goto(PAPER)
  await cite(page).focus()
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  const formats = ['bib', 'ris', 'csl.json'] as const
  for (const [i, format] of formats.entries()) {
    if (i > 0) await page.keyboard.press('ArrowRight')
    const shown = page.locator('.cite pre:visible')
    expect(await shown.count()).toBe(1)
    expect(await shown.getAttribute('aria-label')).toBe(words.paper.citeFormats[format])
    const { body } = await seen.site.app.inject(`${PAPER}.${format}`)
    expect((await shown.innerText()).trim()).toBe(body.replaceAll('\r\n', '\n').trim())
  }
})
