import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, test } from 'vitest'
import { useSiteInBrowser } from '../support/site-in-browser.ts'
import { addPapers } from '../support/site-papers.ts'

const seen = useSiteInBrowser()
const { site } = seen

beforeEach(() => addPapers(site.db))

async function open(javaScriptEnabled: boolean): Promise<Page> {
  const page = await seen.open({ javaScriptEnabled })
  page.setDefaultTimeout(10_000)
  await page.goto('/subscribe')
  return page
}

const previewOf = (page: Page) => page.locator('#preview')

test('htmx is loaded only by people who use the form', async () => {
  const page = await open(true)
  const loaded = () =>
    page.evaluate<string[]>("performance.getEntriesByType('resource').map(({ name }) => name)")
  await page.getByRole('link', { name: 'Today', exact: true }).focus()
  expect((await loaded()).filter((name) => name.endsWith('/htmx.js'))).toEqual([])
  await page.getByLabel('Email address').focus()
  await expect.poll(() => page.evaluate('typeof htmx')).toBe('object') // the page's policy lets nothing else wait in it
})

describe('a visitor sees what a topic would have matched before they subscribe', () => {
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
    await page.getByLabel('Email address').fill('ann@example.com')
    const topic = page.getByLabel('Your topics')
    await topic.pressSequentially('"hybrid linear attention"', { delay: 20 })
    await previewOf(page).getByText('1 paper in 30 days, about 1 a week', { exact: true }).waitFor()
    await previewOf(page).getByText('Details').click()
    expect(await previewOf(page).getByRole('link').allInnerTexts()).toEqual([
      'A Systematic Analysis of Hybrid Linear Attention',
    ])
    expect(await previewOf(page).locator('mark').first().innerText()).toBe('Hybrid Linear Attention')
    expect(await page.locator('#papers-weekdays').innerText()).toBe('not every day')
    await page.locator('#preview-last').getByText('The email of Tuesday 24 November').waitFor()

    await topic.fill('(hybrid')
    await previewOf(page).getByText('the bracket at column 1 is never closed').last().waitFor()
    await topic.fill('xylophone')
    await previewOf(page).getByText('No papers in 30 days', { exact: true }).waitFor()
    // The same element: its change is read out, and what is typed goes on.
    expect(await status!.innerText()).toBe(
      'xylophone: No papers in 30 days. No paper in the last 30 days mentions “xylophone”. Keep the topic and we’ll write when the first paper for it appears.',
    )
    expect(await page.locator('#topic:focus').count()).toBe(1)
    expect(new URL(page.url()).pathname).toBe('/subscribe')
    expect(sent.length).toBeGreaterThan(2)
    expect(sent.join()).not.toContain('ann')
    expect(wrong).toEqual([])
  })

  test('by the button', async () => {
    const page = await open(true)
    await page.getByLabel('Your topics').fill('author:Abreu')
    // The field loads htmx; before that, the button sends the form.
    await expect.poll(() => page.evaluate('typeof htmx')).toBe('object')
    await page.getByRole('button', { name: 'Preview', exact: true }).click()
    await previewOf(page).getByText('Papers with the author Abreu').waitFor({ state: 'attached' })
    expect(new URL(page.url()).pathname).toBe('/subscribe')
  })

  test('without JavaScript, by the button; what they typed stays', async () => {
    const page = await open(false)
    await page.getByLabel('Email address').fill('ann@example.com')
    await page.getByLabel('Your topics').fill('"hybrid linear attention", xylophone')
    await page.getByRole('button', { name: 'Preview', exact: true }).click()
    await page.waitForURL(`${seen.base}/preview#preview`)
    expect(
      await previewOf(page).getByText('1 paper in 30 days, about 1 a week', { exact: true }).count(),
    ).toBe(2)
    expect(await previewOf(page).getByText('No papers in 30 days', { exact: true }).count()).toBe(1)
    expect(await page.getByLabel('Email address').inputValue()).toBe('ann@example.com')
    await page.getByRole('button', { name: 'Subscribe', exact: true }).first().click()
    expect(new URL(page.url()).pathname).toMatch(/^\/check-inbox\//)
  })
  test.each([
    ['with scripts', true],
    ['without', false],
  ])('and puts what would help into the field by a button, %s', async (_how, javaScriptEnabled) => {
    const page = await open(javaScriptEnabled)
    await page.getByLabel('Email address').fill('ann@example.com')
    await page.getByLabel('Your topics').fill('strings, linear xylophone')
    if (!javaScriptEnabled) await page.getByRole('button', { name: 'Preview', exact: true }).click()
    await previewOf(page).locator('.warning', { hasText: 'mentions “xylophone”' }).waitFor()
    await page.getByRole('button', { name: /^linear, \d+ papers$/ }).click()
    await page.waitForURL(`${seen.base}/preview#preview`)
    await previewOf(page)
      .getByText(/^Papers with linear 71%/)
      .waitFor({ state: 'attached' })
    expect(await page.locator('#topic').inputValue()).toBe('strings\nlinear')
    expect(await page.getByLabel('Email address').inputValue()).toBe('ann@example.com')
    expect(await page.getByText('1 of these 5 also matches “strings”.').count()).toBe(1)
    await page.getByRole('button', { name: 'Subscribe', exact: true }).first().click()
    expect(new URL(page.url()).pathname).toMatch(/^\/check-inbox\//)
  })

  test('with the email that would have been sent, below the form', async () => {
    const page = await open(false)
    await page.getByLabel('Your topics').fill('attention')
    await page.getByRole('button', { name: 'Preview', exact: true }).click()
    const last = page.getByRole('region', { name: 'The email of Tuesday 24 November' })
    expect(
      await last
        .getByRole('heading', { name: 'A Systematic Analysis of Hybrid Linear Attention' })
        .isVisible(),
    ).toBe(true)
  })
})
