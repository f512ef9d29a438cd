import AxeBuilder from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { mailed, pathOf } from '../support/mailed-links.ts'
import { subscribeThroughSite } from '../support/site.ts'
import { useSiteInBrowser } from '../support/site-in-browser.ts'

const EMAIL = 'ann@example.com'

const seen = useSiteInBrowser()
const { site } = seen

const heading = (page: Page) => page.locator('h1').innerText()
const said = (page: Page) => page.getByRole('status').innerText()
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
const stateOf = async () => (await site.db.subscriber.findFirstOrThrow({ where: { address: EMAIL } })).state

describe.each([
  ['without scripts', { javaScriptEnabled: false, viewport: { width: 375, height: 700 } }],
  ['with scripts', { viewport: { width: 1280, height: 800 } }],
])('%s', (_how, options) => {
  test('a pause, its undo, the end, and the way back from the goodbye', async () => {
    await subscribeThroughSite(site, EMAIL, { topic: 'robots' })
    const page = await seen.open(options)
    await page.goto(await pathOf(site, 'unsubscribe', EMAIL))
    expect(await heading(page)).toBe('Unsubscribe a•••@example.com?')

    await press(page, 'Pause for a month')
    expect(await heading(page)).toBe('Your digests are paused')
    expect(await said(page)).toContain('Thursday 24 December 2026')
    expect(await stateOf()).toBe('paused')

    await press(page, 'Undo')
    expect(await heading(page)).toBe('Everything is as it was')
    expect(await said(page)).toContain('Wednesday 25 November 2026 at 08:00 (UTC)')
    expect(await stateOf()).toBe('active')

    await page.getByRole('main').getByRole('link', { name: 'Unsubscribe' }).click()
    await press(page, 'Unsubscribe')
    expect(await heading(page)).toBe('You’re unsubscribed')
    expect(await stateOf()).toBe('unsubscribed')

    const { subject, text } = await mailed(site, 'goodbye', EMAIL)
    expect(subject).toBe("You've been unsubscribed from Daily Papers")
    site.clock.moveTo(new Date('2026-12-10T12:00:00Z'))
    await page.goto(text.match(/\/resubscribe\/\S+/)![0])
    expect(await heading(page)).toBe('You’re unsubscribed')
    await press(page, 'Resubscribe')
    expect(await heading(page)).toBe('You’re subscribed')
    expect(await said(page)).toContain('Friday 11 December 2026 at 08:00 (UTC)')
    expect(await stateOf()).toBe('active')
    expect(await page.context().cookies()).toEqual([])
  }, 60_000)
})

test('by keyboard, the button that ends it comes before the others, and is no smaller', async () => {
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
  expect(names).toEqual(['Unsubscribe', 'Pause for a month', 'Once a week', 'Up to 5 papers per email'])
  expect(heights[0]).toBeGreaterThanOrEqual(Math.max(...heights.slice(1)))
  expect(Math.min(...heights)).toBeGreaterThanOrEqual(40)
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([])
}, 60_000)
