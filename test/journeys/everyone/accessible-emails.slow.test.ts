import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { accessibleTree, treeOfSnapshot, withoutQuotes } from '../../support/accessible-tree.ts'
import { findings, LOOKS, loadAxe } from '../../support/axe.ts'
import { MAIL_NAMES, renderMails } from '../../support/sample-emails.ts'
import { useBrowser } from '../../support/use-browser.ts'

// An email client shows an email inside its own page: there it is an article, without landmarks.
const RULES_FOR_PAGES = ['landmark-one-main', 'region']

const mails = await renderMails()
const browser = useBrowser()
let page: Page

beforeAll(async () => {
  if (browser.isThere) page = await browser.open()
})

async function isDark(): Promise<boolean> {
  const shade = (await page.evaluate('getComputedStyle(document.body).backgroundColor')) as string
  return shade.match(/\d+/g)!.every((part) => Number(part) < 60)
}

describe.each(MAIL_NAMES.filter((name) => mails.get(name)!.html))('the email %s', (name) => {
  const html = mails.get(name)!.html!

  beforeAll(async () => {
    if (!browser.isThere) return
    await page.setContent(html)
    await loadAxe(page)
  })

  test.each(LOOKS)(
    'has no finding of axe in the %s scheme, %i px wide',
    async (colorScheme, width, rules) => {
      await page.setViewportSize({ width, height: 800 })
      await page.emulateMedia({ colorScheme })
      expect(await findings(page, { rules, without: RULES_FOR_PAGES })).toEqual([])
      expect(await isDark()).toBe(colorScheme === 'dark')
    },
  )

  test('fits a phone without horizontal scrolling, has no picture and requests nothing', async () => {
    await page.setViewportSize({ width: 320, height: 700 })
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320)
    expect(await page.locator('img, link[href], [background], script').count()).toBe(0)
  })

  // What it says is in test/contract/emails: this shows that a screen reader reads that tree.
  test('has the accessible tree in a browser that its contract records', async () => {
    await page.setViewportSize({ width: 1280, height: 800 })
    const snapshot = await page.locator('body').ariaSnapshot()
    expect(treeOfSnapshot(await page.title(), snapshot)).toBe(withoutQuotes(accessibleTree(html)))
  })
})
