import AxeBuilder from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { fill, listed, words } from '../../src/i18n/words.ts'
import { errorsOn } from '../support/page-text.ts'
import { newestMail } from '../support/site.ts'
import { useSiteInBrowser } from '../support/site-in-browser.ts'
import { addPapers } from '../support/site-papers.ts'
import { typedTopics, typeTopics } from '../support/typed-topics.ts'

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
const SUBSCRIBE = { name: words.form.subscribe, exact: true }

const seen = useSiteInBrowser()
const { site } = seen

/** In Tokyo, where 08:00 of the next day is nine hours before that of UTC. */
const open = (javaScriptEnabled: boolean, options: object = {}): Promise<Page> =>
  seen.open({ javaScriptEnabled, timezoneId: 'Asia/Tokyo', ...options })

/** The line with days, hour and zone, to be polled: a failure prints it. */
const whenOn = (page: Page) => () => page.locator('#when').innerText()
const focused = (page: Page) => page.locator(':focus')
const unfold = (page: Page, text: string) => page.locator('summary', { hasText: text }).click()
const findingsOn = async (page: Page) =>
  (await new AxeBuilder({ page }).withTags(WCAG).analyze()).violations.map(({ id, nodes }) => [
    id,
    nodes[0]?.html,
  ])

describe.each([
  ['without scripts', false],
  ['with scripts', true],
])('a visitor, %s', (_how, scripts) => {
  test('adds an example, corrects errors, subscribes, and sends the email again', async () => {
    await addPapers(site.db)
    const page = await open(scripts)
    await page.goto('/subscribe')
    const zone = scripts ? 'Asia/Tokyo' : 'UTC'
    const city = scripts ? 'Tokyo' : 'UTC'
    await expect.poll(whenOn(page)).toContain(city)
    expect(await page.locator('#zone').inputValue()).toBe(zone)

    await typeTopics(page, 'agents')
    await page.getByLabel(words.form.email).fill('ann@gmial')
    await unfold(page, words.form.help.heading)
    const example = page.locator('.how button').first()
    const query = await example.getAttribute('value')
    await example.click()
    if (!scripts) await page.waitForURL(`${seen.base}/preview#preview`)
    expect((await typedTopics(page)).split('\n').sort()).toEqual(['agents', query].sort())
    expect(await page.getByLabel(words.form.email).inputValue()).toBe('ann@gmial')
    expect(await page.locator('#zone').inputValue()).toBe(zone)

    await typeTopics(page, 'agents\ntitle:benchmark\nthe')
    await page.getByRole('button', SUBSCRIBE).first().click()
    expect(errorsOn(await page.content())).toEqual([
      'email: address.malformed',
      'topic: query.only-stop-words',
    ])
    expect(await focused(page).getAttribute('role')).toBe('alert')
    expect(await typedTopics(page)).toBe('agents\ntitle:benchmark\nthe')
    await page.getByRole('alert').getByRole('link').last().click()
    expect(await focused(page).getAttribute('id')).toBe('topic')

    await typeTopics(page, 'agents\ntitle:benchmark')
    await page.getByLabel(words.form.email).fill('ann@gmial.com')
    await page.getByRole('button', SUBSCRIBE).first().click()
    expect(errorsOn(await page.content())).toEqual(['email: address.typo'])
    await page.getByRole('button', SUBSCRIBE).first().click()
    expect(await page.locator('h1').innerText()).toBe(words.checkInbox.heading)
    expect(page.url()).not.toMatch(/ann/)
    const main = await page.getByRole('main').innerText()
    expect(main).toContain(`08:00, ${city}`)
    expect(main).toContain(fill(words.checkInbox.meant, { domain: 'gmail.com' }))
    const { content } = await newestMail(site.db, 'ann@gmial.com')
    expect(content).toMatchObject({ zone, topics: [{ query: 'agents' }, { query: 'title:benchmark' }] })

    expect(await page.getByLabel(words.form.email).inputValue()).toBe('ann@gmial.com')
    await page.getByRole('button', { name: words.checkInbox.send }).click()
    expect(await page.locator('h1').innerText()).toBe(words.checkInbox.heading)
    expect((await newestMail(site.db, 'ann@gmial.com')).content.topics).toEqual(content.topics)
    await page.getByRole('link', { name: words.form.change, exact: true }).click()
    expect(await page.locator('#zone').inputValue()).toBe(zone)
    expect(await page.locator('#hour').isVisible()).toBe(true)
  }, 60_000)
})

test('an address and Enter are enough to subscribe', async () => {
  const page = await open(false)
  await page.goto('/subscribe')
  await page.getByLabel(words.form.email).fill('ann@example.com')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/check-inbox\//)
  expect((await newestMail(site.db, 'ann@example.com')).kind).toBe('confirmation')
})

test('the form keeps the zone of its address, and the schedule line follows the fields', async () => {
  const page = await open(true)
  await page.goto(`/subscribe?zone=Europe%2FParis`)
  await page.selectOption('#hour', '21')
  await expect.poll(whenOn(page)).toContain('21:00, Paris')
  await unfold(page, words.form.more)
  await page.check('#pace-own')
  await page.uncheck('#days-wed')
  const { mon, tue, thu, fri } = words.weekdays
  await expect.poll(whenOn(page)).toContain(listed([mon, tue, thu, fri]))
  await page.check('#pace-weekly')
  await page.getByLabel(words.form.weekday).selectOption('thu')
  await expect.poll(whenOn(page)).toMatch(new RegExp(`^${thu}`))
  await page.fill('#email', 'ann@example.com')
  await page.getByRole('button', SUBSCRIBE).first().click()
  await expect.poll(() => page.locator('h1').innerText()).toBe(words.checkInbox.heading)
  const { content } = await newestMail(site.db, 'ann@example.com')
  expect(content).toMatchObject({ zone: 'Europe/Paris', hour: 21, days: ['thu'] })
})

test.each([
  ['light', 320],
  ['dark', 375],
  ['light', 1280],
] as const)(
  'the form with everything open and wrong is accessible, %s, %i px',
  async (colorScheme, width) => {
    const page = await open(true, { colorScheme, viewport: { width, height: 800 } })
    const fits = () => page.evaluate('document.documentElement.scrollWidth <= innerWidth')
    await page.goto('/subscribe')
    await unfold(page, words.form.more)
    await page.check('#pace-own')
    expect([await findingsOn(page), await fits()]).toEqual([[], true])
    await typeTopics(page, `robots, ${'incomprehensibilities'.repeat(4)}, a AND`)
    await page.evaluate(
      "const field = document.getElementById('max'); field.append(new Option('x')); field.value = 'x'",
    )
    for (const day of ['mon', 'tue', 'wed', 'thu', 'fri']) await page.uncheck(`#days-${day}`)
    await page.getByRole('button', SUBSCRIBE).first().click()
    expect(await page.locator('.error-link').count()).toBe(4)
    expect([await findingsOn(page), await fits()]).toEqual([[], true])
    await page.goto('/check-inbox/nonsense')
    await page.getByRole('button', { name: words.checkInbox.send }).click()
    expect(errorsOn(await page.content())).toHaveLength(1)
    expect([await findingsOn(page), await fits()]).toEqual([[], true])
  },
  60_000,
)

test('the form with 20 long topics is below 60 kB', async () => {
  const topic = Array.from({ length: 20 }, (_, n) => `"a topic of many words, the ${n}th"`).join('\n')
  const answer = await site.app.inject({
    method: 'POST',
    url: '/subscribe',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({ topic }).toString(),
  })
  expect([answer.statusCode, Buffer.byteLength(answer.body) < 60_000]).toEqual([422, true])
})
