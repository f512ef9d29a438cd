import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, test } from 'vitest'
import { counted, fill, words } from '../../src/i18n/words.ts'
import { parseList } from '../../src/papers/import-papers.ts'
import { recordListings } from '../../src/papers/listing.repo.ts'
import { errorsOn } from '../support/page-text.ts'
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

const count = (page: Page) => page.locator('#results').innerText()

// The pages of searches load no script, and the front page needs none for its field.
const open = () => seen.open({ javaScriptEnabled: false })

describe('a visitor', () => {
  test('searches from the front page, filters, goes to the next page, and subscribes to the query', async () => {
    const page = await open()
    await page.goto('/')
    await search(page, 'zebrafish OR "linear attention"')
    expect(await count(page)).toBe(counted(46, words.counts.paper))
    expect(await page.locator('mark').first().innerText()).toMatch(/zebrafish|linear attention/i)

    await page.getByRole('link', { name: 'cs.CV' }).click()
    expect(await count(page)).toBe(counted(15, words.counts.paper))
    await page.getByRole('link', { name: new RegExp(`^cs\\.CV.*${words.search.takeBack}$`) }).click()
    expect(await count(page)).toBe(counted(46, words.counts.paper))

    await page.getByRole('link', { name: words.search.orders.newest }).click()
    expect(await page.locator('article h2').first().innerText()).toMatch(/Hybrid Linear Attention/)
    await page.getByRole('link', { name: words.day.nextPage }).click()
    expect(
      await page.getByText(fill(words.day.range, { first: '21', last: '40', count: '46' })).isVisible(),
    ).toBe(true)
    expect(await page.getByRole('searchbox').inputValue()).toBe('zebrafish OR "linear attention"')

    await page.getByRole('link', { name: words.search.mail }).click()
    expect(await page.getByLabel(words.form.topics).inputValue()).toBe('zebrafish OR "linear attention"')
    await page.getByLabel(words.form.email).fill('ann@example.com')
    await page.getByRole('button', { name: words.form.subscribe, exact: true }).first().click()
    expect(await page.locator('h1').innerText()).toBe(words.checkInbox.title)
    const { request } = await site.db.signup.findFirstOrThrow()
    expect(request).toMatchObject({ topics: [{ query: 'zebrafish OR "linear attention"' }] })
  })

  test('corrects a query with an error in the field', async () => {
    const page = await open()
    await page.goto('/papers/2507.06457')
    await search(page, '(zebrafish')
    expect(errorsOn(await page.content())).toEqual(['q: query.bracket-open'])
    await page.locator('[role=alert] a').click()
    expect(await page.locator(':focus').getAttribute('name')).toBe('q')
    expect(await page.getByRole('searchbox').inputValue()).toBe('(zebrafish')
    await search(page, '(zebrafish)')
    expect(await count(page)).toBe(counted(45, words.counts.paper))
  })

  test('pastes the address of a paper, and gets its page', async () => {
    const page = await open()
    await page.goto('/papers/date/2026-11-24')
    await page.getByRole('searchbox').fill('https://arxiv.org/abs/2507.06457v2')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/papers/2507.06457')
    expect(await page.locator('h1').innerText()).toBe('A Systematic Analysis of Hybrid Linear Attention')
  })

  // Nothing but the query and its reading is above, so the results begin in the upper third of the screen.
  test.each([
    [{ width: 1280, height: 900 }, 260],
    [{ width: 375, height: 812 }, 300],
  ])('sees the first result of a corrected query at once at %j', async (viewport, most) => {
    const page = await seen.open({ viewport })
    await page.goto('/papers?q=zebrafish+swimn')
    const { y } = (await page.locator('article h2').first().boundingBox())!
    console.log(`y of the first result at ${viewport.width} px: ${Math.round(y)}`)
    expect(y).toBeLessThanOrEqual(most)
    expect(await page.getByRole('searchbox').inputValue()).toBe('zebrafish swimn')
  })
})
