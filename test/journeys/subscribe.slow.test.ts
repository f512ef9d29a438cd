import AxeBuilder from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { newestMail } from '../support/site.ts'
import { useSiteInBrowser } from '../support/site-in-browser.ts'
import { addPapers } from '../support/site-papers.ts'

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
const SUBSCRIBE = { name: 'Subscribe', exact: true }

const seen = useSiteInBrowser()
const { site } = seen

/** In Tokyo, where 08:00 of the next day comes nine hours before it does in UTC. */
const open = (javaScriptEnabled: boolean, options: object = {}): Promise<Page> =>
  seen.open({ javaScriptEnabled, timezoneId: 'Asia/Tokyo', ...options })

const focused = (page: Page) => page.locator(':focus')
const unfold = (page: Page, text: RegExp) => page.locator('summary', { hasText: text }).click()
const faultsOn = async (page: Page) =>
  (await new AxeBuilder({ page }).withTags(WCAG).analyze()).violations.map(({ id, nodes }) => [
    id,
    nodes[0]?.html,
  ])

describe.each([
  ['without scripts', false],
  ['with scripts', true],
])('%s', (_how, scripts) => {
  test('topics and an example, to the page that says what will be sent and when', async () => {
    await addPapers(site.db)
    const page = await open(scripts)
    await page.goto('/subscribe')
    const zone = scripts ? 'Asia/Tokyo' : 'UTC'
    await page.locator('#when', { hasText: zone }).waitFor()
    expect(await page.locator('#zone').inputValue()).toBe(zone)

    await page.getByLabel('Your topics').fill('agents')
    await page.getByLabel('Email address').fill('ann@gmial')
    await page.getByRole('button', { name: 'Add title:benchmark' }).click()
    await page.waitForURL(`${seen.base}/preview#preview`)
    expect(await page.getByLabel('Your topics').inputValue()).toBe('agents\ntitle:benchmark')
    expect(await page.getByLabel('Email address').inputValue()).toBe('ann@gmial')
    expect(await page.locator('#zone').inputValue()).toBe(zone)

    await page.getByLabel('Your topics').fill('agents\ntitle:benchmark\nthe')
    await page.getByRole('button', SUBSCRIBE).first().click()
    expect(await page.title()).toMatch(/^Error: /)
    expect(await focused(page).getAttribute('role')).toBe('alert')
    expect(await page.getByLabel('Your topics').inputValue()).toBe('agents\ntitle:benchmark\nthe')
    await page.getByRole('link', { name: /Nearly every paper/ }).click()
    expect(await focused(page).getAttribute('id')).toBe('topic')

    await page.getByLabel('Your topics').fill('agents\ntitle:benchmark')
    await page.getByLabel('Email address').fill('ann@gmial.com')
    await page.getByRole('button', SUBSCRIBE).first().click()
    await page.locator('.error-link', { hasText: 'Did you mean gmail.com?' }).waitFor()
    await page.getByRole('button', SUBSCRIBE).first().click()
    expect(await page.locator('h1').innerText()).toBe('Check your inbox')
    expect(page.url()).not.toMatch(/ann/)
    const said = await page.getByRole('main').innerText()
    expect(said).toContain(`Monday to Friday at 08:00, ${zone}; first email Wednesday 25 November.`)
    expect(said).toContain('Did you mean gmail.com?')
    const { content } = await newestMail(site.db, 'ann@gmial.com')
    expect(content).toMatchObject({ zone, topics: [{ query: 'agents' }, { query: 'title:benchmark' }] })

    expect(await page.getByLabel('Email address').inputValue()).toBe('ann@gmial.com')
    await page.getByRole('button', { name: 'Send it again' }).click()
    expect(await page.locator('h1').innerText()).toBe('Check your inbox')
    expect((await newestMail(site.db, 'ann@gmial.com')).content.topics).toEqual(content.topics)
    await page.getByRole('link', { name: 'Change', exact: true }).click()
    expect(await page.locator('#zone').inputValue()).toBe(zone)
    expect(await page.locator('#hour').isVisible()).toBe(true)
  }, 60_000)
})

test('one field is enough: address, Enter', async () => {
  const page = await open(false)
  await page.goto('/subscribe')
  await page.getByLabel('Email address').fill('ann@example.com')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/check-inbox\//)
  expect((await newestMail(site.db, 'ann@example.com')).kind).toBe('confirmation')
})

test('a zone in the address stays, and the summary follows the choice', async () => {
  const page = await open(true)
  await page.goto(`/subscribe?zone=Europe%2FParis`)
  await page.selectOption('#hour', '21')
  await page.locator('#when', { hasText: '21:00, Europe/Paris' }).waitFor()
  await page.check('#pace-own')
  await page.uncheck('#days-wed')
  await page.locator('#when', { hasText: 'Monday, Tuesday, Thursday and Friday at 21:00' }).waitFor()
  await page.check('#pace-weekly')
  await page.getByLabel('Day of the weekly email').selectOption('thu')
  await page.locator('#when', { hasText: 'Thursday at 21:00' }).waitFor()
  await page.fill('#email', 'ann@example.com')
  await page.getByRole('button', SUBSCRIBE).first().click()
  await page.getByRole('heading', { name: 'Check your inbox' }).waitFor()
  const { content } = await newestMail(site.db, 'ann@example.com')
  expect(content).toMatchObject({ zone: 'Europe/Paris', hour: 21, days: ['thu'] })
})

test.each([
  ['light', 320],
  ['dark', 375],
  ['light', 1280],
] as const)(
  'everything unfolded and wrong: accessible and in its place, %s, %i px',
  async (colorScheme, width) => {
    const page = await open(true, { colorScheme, viewport: { width, height: 800 } })
    const fits = () => page.evaluate('document.documentElement.scrollWidth <= innerWidth')
    await page.goto('/subscribe')
    await unfold(page, /More settings/)
    await page.check('#pace-own')
    expect([await faultsOn(page), await fits()]).toEqual([[], true])
    await page.getByLabel('Your topics').fill(`robots, ${'incomprehensibilities'.repeat(4)}, a AND`)
    await page.fill('#max', 'x')
    for (const day of ['mon', 'tue', 'wed', 'thu', 'fri']) await page.uncheck(`#days-${day}`)
    await page.getByRole('button', SUBSCRIBE).first().click()
    expect(await page.locator('.error-link').count()).toBe(4)
    expect([await faultsOn(page), await fits()]).toEqual([[], true])
    await page.goto('/check-inbox/nonsense')
    await page.getByRole('button', { name: 'Send it again' }).click()
    expect(await page.title()).toMatch(/^Error: /)
    expect([await faultsOn(page), await fits()]).toEqual([[], true])
  },
  60_000,
)

test('each page stays below 100 kB, however much was typed', async () => {
  const topic = Array.from({ length: 20 }, (_, n) => `"a topic of many words, the ${n}th"`).join('\n')
  const answer = await site.app.inject({
    method: 'POST',
    url: '/subscribe',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({ topic }).toString(),
  })
  expect([answer.statusCode, Buffer.byteLength(answer.body) < 60_000]).toEqual([422, true])
})
