import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, test } from 'vitest'
import { counted, fill, rateOf, words } from '../../src/i18n/words.ts'
import { sentence } from '../support/page-text.ts'
import { useSiteInBrowser } from '../support/site-in-browser.ts'
import { addPapers } from '../support/site-papers.ts'
import { typedTopics, typeTopics } from '../support/typed-topics.ts'

const seen = useSiteInBrowser()
const { site } = seen

beforeEach(() => addPapers(site.db))

async function open(javaScriptEnabled: boolean): Promise<Page> {
  const page = await seen.open({ javaScriptEnabled })
  page.setDefaultTimeout(10_000)
  await page.goto('/subscribe')
  return page
}

const NOTHING = fill(words.preview.nothing, { span: '30 days' })
const previewOf = (page: Page) => page.locator('#preview')
/** What the preview shows now, to be polled: a failure prints it. */
const shownIn = (page: Page) => () => previewOf(page).innerText()

test('htmx is loaded only once the form is used', async () => {
  const page = await open(true)
  const loaded = () =>
    page.evaluate<string[]>("performance.getEntriesByType('resource').map(({ name }) => name)")
  await page.getByRole('link', { name: words.site.today, exact: true }).focus()
  expect((await loaded()).filter((name) => name.endsWith('/htmx.js'))).toEqual([])
  await page.getByLabel(words.form.email).focus()
  await expect.poll(() => page.evaluate('typeof htmx')).toBe('object') // the page's policy lets nothing else wait in it
})

describe('a visitor sees what a topic would have matched', () => {
  test('while they type', async () => {
    const page = await open(true)
    const wrong: string[] = []
    page.on('pageerror', (error) => wrong.push(String(error)))
    page.on('console', (message) => {
      if (/Content Security Policy/i.test(message.text())) wrong.push(message.text())
    })
    const sent: string[] = []
    page.on('request', (request) => {
      if (request.url() === `${seen.base}/preview`) sent.push(request.postData() ?? '')
    })
    const status = await page.locator('#preview-said').elementHandle()
    await page.getByLabel(words.form.email).fill('ann@example.com')
    const topic = page.getByLabel(words.form.topics)
    await topic.pressSequentially('"hybrid linear attention"', { delay: 20 })
    await expect.poll(shownIn(page)).toContain(rateOf(1, 30))
    await previewOf(page).getByText(words.preview.details).click()
    expect(await previewOf(page).getByRole('link').allInnerTexts()).toEqual([
      'A Systematic Analysis of Hybrid Linear Attention',
    ])
    expect(await previewOf(page).locator('mark').first().innerText()).toBe('Hybrid Linear Attention')
    expect(await page.locator('#brings-daily').innerText()).toContain(
      fill(words.paces.daily.aWeek, { papers: counted(1, words.counts.paper) }),
    )
    const last = fill(words.preview.digest.heading, { day: 'Tuesday 24 November' })
    await page.getByRole('region', { name: last }).waitFor()

    await typeTopics(page, '(hybrid')
    await expect.poll(shownIn(page)).toMatch(sentence(words.errors['query.bracket-open']))
    await typeTopics(page, 'xylophone')
    await expect.poll(shownIn(page)).toContain(NOTHING)
    // The same element: screen readers read its change, and the field keeps the focus.
    expect(await status!.innerText()).toContain(`xylophone: ${NOTHING}`)
    expect(await page.locator('#topic:focus').count()).toBe(1)
    expect(new URL(page.url()).pathname).toBe('/subscribe')
    expect(sent.length).toBeGreaterThan(2)
    expect(sent.join()).not.toContain('ann')
    expect(wrong).toEqual([])
  })

  test('after Enter, which makes a chip of the topic', async () => {
    const page = await open(true)
    await page.getByLabel(words.form.topics).fill('author:Abreu')
    await page.keyboard.press('Enter')
    expect(await page.locator('.topic-chip').count()).toBe(1)
    const author = fill(words.query.fields.author, { what: 'Abreu' })
    await expect
      .poll(() => previewOf(page).textContent())
      .toContain(fill(words.query.papersWith, { what: author }))
    expect(new URL(page.url()).pathname).toBe('/subscribe')
  })

  test('without scripts after pressing the button, and keeps the input', async () => {
    const page = await open(false)
    await page.getByLabel(words.form.email).fill('ann@example.com')
    await page.getByLabel(words.form.topics).fill('"hybrid linear attention", xylophone')
    await page.getByRole('button', { name: words.preview.button, exact: true }).click()
    await page.waitForURL(`${seen.base}/preview#preview`)
    const rates = previewOf(page).getByText(new RegExp(`^${rateOf(1, 30)}`))
    expect(await rates.count()).toBe(1)
    expect(await previewOf(page).getByText(NOTHING, { exact: true }).count()).toBe(1)
    expect(await page.getByLabel(words.form.email).inputValue()).toBe('ann@example.com')
    await page.getByRole('button', { name: words.form.subscribe, exact: true }).first().click()
    expect(new URL(page.url()).pathname).toMatch(/^\/check-inbox\//)
  })
  test.each([
    ['with scripts', true],
    ['without scripts', false],
  ])('and puts a better query into the field by a button, %s', async (_how, javaScriptEnabled) => {
    const page = await open(javaScriptEnabled)
    await page.getByLabel(words.form.email).fill('ann@example.com')
    await page.getByLabel(words.form.topics).fill('strings, linear xylophone')
    if (!javaScriptEnabled)
      await page.getByRole('button', { name: words.preview.button, exact: true }).click()
    await expect.poll(shownIn(page)).toContain('“xylophone”')
    const offer = fill(words.preview.offers.offer, {
      query: 'linear',
      papers: counted(5, words.counts.paper),
    })
    await page.getByRole('button', { name: offer, exact: true }).click()
    await page.waitForURL(`${seen.base}/preview#preview`)
    const linear = fill(words.query.papersWith, { what: 'linear' })
    await expect.poll(() => previewOf(page).textContent()).toContain(linear)
    expect(await typedTopics(page)).toBe('strings\nlinear')
    expect(await page.getByLabel(words.form.email).inputValue()).toBe('ann@example.com')
    expect(
      await page
        .getByText(fill(words.preview.overlap.one, { shared: 1, total: 5, topic: 'strings' }))
        .count(),
    ).toBe(1)
    await page.getByRole('button', { name: words.form.subscribe, exact: true }).first().click()
    expect(new URL(page.url()).pathname).toMatch(/^\/check-inbox\//)
  })

  test('and the email that they would have received', async () => {
    const page = await open(false)
    await page.getByLabel(words.form.topics).fill('attention')
    await page.getByRole('button', { name: words.preview.button, exact: true }).click()
    const last = page.getByRole('region', {
      name: fill(words.preview.digest.heading, { day: 'Tuesday 24 November' }),
    })
    // The press returns before the page that it leads to is there.
    const title = last.getByRole('heading', { name: 'A Systematic Analysis of Hybrid Linear Attention' })
    await expect.poll(() => title.isVisible()).toBe(true)
  })
})
