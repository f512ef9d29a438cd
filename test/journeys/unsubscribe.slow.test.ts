import AxeBuilder from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { fill, words } from '../../src/i18n/words.ts'
import { mailed, pathOf } from '../support/mailed-links.ts'
import { subscribeThroughSite } from '../support/site.ts'
import { useSiteInBrowser } from '../support/site-in-browser.ts'

const EMAIL = 'ann@example.com'

const seen = useSiteInBrowser()
const { site } = seen

const heading = (page: Page) => page.locator('h1').innerText()
const status = (page: Page) => page.getByRole('status').innerText()
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
const stateOf = async () => (await site.db.subscriber.findFirstOrThrow({ where: { address: EMAIL } })).state

// None of these pages loads a script.
test('a subscriber pauses, undoes it, unsubscribes, and resubscribes from the goodbye', async () => {
  await subscribeThroughSite(site, EMAIL, { topic: 'robots' })
  const page = await seen.open({ javaScriptEnabled: false, viewport: { width: 375, height: 700 } })
  await page.goto(await pathOf(site, 'unsubscribe', EMAIL))
  expect(await heading(page)).toBe(fill(words.unsubscribe.headingOf, { address: 'a•••@example.com' }))

  await press(page, words.unsubscribe.pause)
  expect(await heading(page)).toBe(words.unsubscribe.changed.paused)
  expect(await status(page)).toContain('Thursday 24 December 2026')
  expect(await stateOf()).toBe('paused')

  await press(page, words.unsubscribe.changed.undo)
  expect(await heading(page)).toBe(words.unsubscribe.changed.undone)
  expect(await status(page)).toContain('Wednesday 25 November 2026 at 08:00 (UTC)')
  expect(await stateOf()).toBe('active')

  await page.getByRole('main').getByRole('link', { name: words.unsubscribe.stop }).click()
  await press(page, words.unsubscribe.stop)
  expect(await heading(page)).toBe(words.unsubscribe.ended.heading)
  expect(await stateOf()).toBe('unsubscribed')

  const { text } = await mailed(site, 'goodbye', EMAIL)
  site.clock.moveTo(new Date('2026-12-10T12:00:00Z'))
  await page.goto(text.match(/\/resubscribe\/\S+/)![0])
  expect(await heading(page)).toBe(words.unsubscribe.ended.heading)
  await press(page, words.unsubscribe.ended.undo)
  expect(await heading(page)).toBe(words.unsubscribe.back.heading)
  expect(await status(page)).toContain('Friday 11 December 2026 at 08:00 (UTC)')
  expect(await stateOf()).toBe('active')
  expect(await page.context().cookies()).toEqual([])
}, 60_000)

test('the button to unsubscribe is the first by keyboard, and not smaller than the others', async () => {
  await subscribeThroughSite(site, EMAIL, { topic: 'robots' })
  const page = await seen.open({ viewport: { width: 375, height: 700 } })
  await page.goto(await pathOf(site, 'unsubscribe', EMAIL))
  await page.locator('#main').focus()
  const names: string[] = []
  const heights: number[] = []
  for (let stop = 0; stop < 4; stop++) {
    await page.keyboard.press('Tab')
    names.push(await page.locator(':focus').innerText())
    heights.push((await page.locator(':focus').boundingBox())!.height)
  }
  expect(names).toEqual([
    words.unsubscribe.stop,
    words.unsubscribe.pause,
    words.unsubscribe.weekly,
    fill(words.unsubscribe.short, { most: 5 }),
  ])
  expect(heights[0]).toBeGreaterThanOrEqual(Math.max(...heights.slice(1)))
  expect(Math.min(...heights)).toBeGreaterThanOrEqual(40)
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([])
}, 60_000)
