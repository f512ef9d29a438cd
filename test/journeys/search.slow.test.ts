import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, test } from 'vitest'
import { parseList } from '../../src/papers/import-papers.ts'
import { recordListings } from '../../src/papers/listing.repo.ts'
import { useSiteInBrowser } from '../support/site-in-browser.ts'
import { addPapers } from '../support/site-papers.ts'

const seen = useSiteInBrowser()
const { site } = seen

beforeEach(async () => {
  await addPapers(site.db)
  const { records } = parseList(
    Array.from({ length: 45 }, (_, n) => ({
      title: `Zebrafish, part ${n + 1}`,
      summary: 'We watch them swim.',
      categories: n < 30 ? ['q-bio.NC'] : ['q-bio.NC', 'cs.CV'],
    })),
  )
  const now = site.clock.now()
  await recordListings(site.db, { source: 'huggingface', day: '2026-10-20', records, now })
})

async function search(page: Page, text: string): Promise<void> {
  await page.getByRole('searchbox').fill(text)
  await page.keyboard.press('Enter')
  await page.waitForURL((url) => url.searchParams.get('q') === text)
}

const heading = (page: Page) => page.locator('h2').first().innerText()

describe.each([true, false])('with scripts: %s', (javaScriptEnabled) => {
  test('a visitor searches from the front page, narrows, turns the page, and subscribes to it', async () => {
    const page = await seen.open({ javaScriptEnabled })
    await page.goto('/')
    await search(page, 'zebrafish OR "linear attention"')
    expect(await heading(page)).toBe('46 papers')
    expect(await page.locator('mark').first().innerText()).toMatch(/zebrafish|linear attention/i)

    await page.getByRole('link', { name: 'cs.CV 15' }).click()
    expect(await heading(page)).toBe('15 papers')
    await page.getByRole('link', { name: /^cs\.CV 15.*Remove this filter$/ }).click()
    expect(await heading(page)).toBe('46 papers')

    await page.getByRole('link', { name: 'Newest first' }).click()
    expect(await page.locator('article h3').first().innerText()).toMatch(/Hybrid Linear Attention/)
    await page.getByRole('link', { name: 'Next page' }).click()
    expect(await page.getByText('Papers 21 to 40 of 46').isVisible()).toBe(true)
    expect(await page.getByRole('searchbox').inputValue()).toBe('zebrafish OR "linear attention"')

    await page.getByRole('link', { name: 'Get these by email' }).click()
    expect(await page.getByLabel('Your topics').inputValue()).toBe('zebrafish OR "linear attention"')
    await page.getByLabel('Email address').fill('ann@example.com')
    await page.getByRole('button', { name: 'Subscribe', exact: true }).first().click()
    expect(await page.locator('h1').innerText()).toBe('Check your inbox')
    const { request } = await site.db.signup.findFirstOrThrow()
    expect(request).toMatchObject({ topics: [{ query: 'zebrafish OR "linear attention"' }] })
  })

  test('a visitor mistypes, and corrects it in the field', async () => {
    const page = await seen.open({ javaScriptEnabled })
    await page.goto('/papers/2507.06457')
    await search(page, '(zebrafish')
    expect(await page.locator('[role=alert]').innerText()).toContain(
      'the bracket at column 1 is never closed',
    )
    await page.locator('[role=alert] a').click()
    expect(await page.locator(':focus').getAttribute('name')).toBe('q')
    expect(await page.getByRole('searchbox').inputValue()).toBe('(zebrafish')
    await search(page, '(zebrafish)')
    expect(await heading(page)).toBe('45 papers')
  })

  test('a visitor pastes the address of a paper, and gets to it', async () => {
    const page = await seen.open({ javaScriptEnabled })
    await page.goto('/papers/date/2026-11-24')
    await page.getByRole('searchbox').fill('https://arxiv.org/abs/2507.06457v2')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/papers/2507.06457')
    expect(await page.locator('h1').innerText()).toBe('A Systematic Analysis of Hybrid Linear Attention')
  })
})
