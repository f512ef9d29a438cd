import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, test } from 'vitest'
import { useSiteInBrowser } from '../support/site-in-browser.ts'
import { addPapers } from '../support/site-papers.ts'

const seen = useSiteInBrowser()
const { site } = seen

beforeEach(() => addPapers(site.db))

const heading = (page: Page) => page.locator('h1').innerText()
const titles = (page: Page) => page.locator('article.paper h2').allInnerTexts()
const go = (page: Page, name: string | RegExp) =>
  page.getByRole('link', { name, exact: true }).first().click()

describe.each([true, false])('with scripts: %s', (javaScriptEnabled) => {
  test('a visitor reads the best of the week, orders it, and keeps the papers with code', async () => {
    const page = await seen.open({ javaScriptEnabled })
    await page.goto('/')
    await go(page, 'Week')
    expect(new URL(page.url()).pathname).toMatch(/^\/papers\/week\/\d{4}-W\d{2}$/)
    expect(await heading(page)).toMatch(/^Week of /)
    const byVotes = await titles(page)
    await go(page, 'Newest')
    expect(page.url()).toMatch(/sort=newest/)
    expect((await titles(page)).toSorted()).toEqual(byVotes.toSorted())
    await page.getByRole('link', { name: /^With code/ }).click()
    expect((await titles(page)).length).toBeLessThan(byVotes.length)
  })

  test('a month has a calendar, whose days and weeks are links', async () => {
    const page = await seen.open({ javaScriptEnabled })
    await page.goto('/papers/month')
    expect(await heading(page)).toBe('November 2026')
    await page.getByRole('table').getByRole('link', { name: /^24/ }).click()
    expect(await heading(page)).toBe('Tuesday 24 November 2026')
    await go(page, 'Calendar')
    expect(await heading(page)).toBe('November 2026')
  })

  test('the papers that are trending', async () => {
    const page = await seen.open({ javaScriptEnabled })
    await page.goto('/')
    await go(page, 'Trending')
    expect(await heading(page)).toBe('Trending papers')
    expect((await titles(page)).length).toBeGreaterThan(0)
  })
})
