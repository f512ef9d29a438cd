import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, test } from 'vitest'
import { words } from '../../src/i18n/words.ts'
import { sentence } from '../support/page-text.ts'
import { useSiteInBrowser } from '../support/site-in-browser.ts'
import { addPapers } from '../support/site-papers.ts'

const seen = useSiteInBrowser()
const { site } = seen

beforeEach(() => addPapers(site.db))

const heading = (page: Page) => page.locator('h1').innerText()
const titles = (page: Page) => page.locator('article.paper :is(h2, h3)').allInnerTexts()
const go = (page: Page, name: string | RegExp) =>
  page.getByRole('link', { name, exact: true }).first().click()

// Lists of papers need no script.
const open = () => seen.open({ javaScriptEnabled: false })

describe('a visitor', () => {
  test('reads the best of the week, sorts it by date, and filters it by code', async () => {
    const page = await open()
    await page.goto('/')
    await go(page, words.site.week)
    expect(new URL(page.url()).pathname).toBe('/papers/week')
    expect(await heading(page)).toMatch(sentence(words.list.lastWeek))
    const byVotes = await titles(page)
    await go(page, words.list.orders.newest)
    expect(page.url()).toMatch(/sort=newest/)
    expect((await titles(page)).toSorted()).toEqual(byVotes.toSorted())
    await page.getByRole('link', { name: words.list.withCode }).click()
    expect((await titles(page)).length).toBeLessThan(byVotes.length)
  })

  test('goes from the calendar of a month to a day and back', async () => {
    const page = await open()
    await page.goto('/papers/month')
    expect(await heading(page)).toBe('November 2026')
    await page.getByRole('table').getByRole('link', { name: /^24/ }).click()
    expect(await heading(page)).toBe('Tuesday 24 November 2026')
    await go(page, words.list.rail.calendar)
    expect(await heading(page)).toBe('November 2026')
  })

  test('reads the trending papers', async () => {
    const page = await open()
    await page.goto('/')
    await go(page, words.site.trending)
    expect(await heading(page)).toBe(words.list.trending)
    expect((await titles(page)).length).toBeGreaterThan(0)
  })
})
