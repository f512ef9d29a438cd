import { readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { findings, LOOKS, loadAxe } from '../../support/axe.ts'
import { useBrowser } from '../../support/use-browser.ts'
import { MAIL_NAMES, renderMails } from '../../support/walk-mails.ts'

// A mail stands inside somebody else's page: it is an article there, and has no landmarks of its own.
const RULES_FOR_PAGES = ['landmark-one-main', 'region']

// What a screen reader reads out. After a change that is meant to be heard:
// npm test -- test/journeys/everyone/accessible-mails.slow.test.ts -u
const HEARD = resolve(import.meta.dirname, '../../fixtures/accessibility/mails')

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

describe.each(MAIL_NAMES.filter((name) => mails.get(name)!.html))('%s', (name) => {
  beforeAll(async () => {
    if (!browser.isThere) return
    await page.setContent(mails.get(name)!.html!)
    await loadAxe(page)
  })

  test.each(LOOKS)('has no finding, %s, %i px', async (colorScheme, width, rules) => {
    await page.setViewportSize({ width, height: 800 })
    await page.emulateMedia({ colorScheme })
    expect(await findings(page, rules, RULES_FOR_PAGES)).toEqual([])
    expect(await isDark()).toBe(colorScheme === 'dark')
  })

  test('fits a phone without sideways scrolling, has no picture and requests nothing', async () => {
    await page.setViewportSize({ width: 320, height: 700 })
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320)
    expect(await page.locator('img, link[href], [background], script').count()).toBe(0)
  })

  test('is heard as recorded', async () => {
    await page.setViewportSize({ width: 1280, height: 800 })
    const heard = `# ${await page.title()}\n${masked(await page.locator('body').ariaSnapshot())}\n`
    await expect(heard).toMatchFileSnapshot(`${HEARD}/${name}.yaml`)
  })
})

test('nothing is recorded of an email that is gone', () => {
  const recorded = readdirSync(HEARD).map((file) => file.replace('.yaml', ''))
  expect(recorded.filter((name) => !MAIL_NAMES.includes(name))).toEqual([])
})

/** Replaces the tokens of links, which differ each time. */
const masked = (tree: string): string => tree.replace(/[\w-]{38,}/g, 'TOKEN')
