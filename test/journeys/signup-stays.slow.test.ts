import type { Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import { useSiteInBrowser } from '../support/site-in-browser.ts'
import { addPapers } from '../support/site-papers.ts'
import { typedTopics } from '../support/typed-topics.ts'

const seen = useSiteInBrowser()
beforeEach(() => addPapers(seen.site.db))

const buttonY = async (page: Page) => Math.round((await page.locator('#subscribe-button').boundingBox())!.y)

test.each([
  ['desktop', 1280, 900, 1500, 830],
  ['phone', 375, 812, 2000, 790],
] as const)(
  'the Subscribe button does not move on a %s before, while and after two topics are typed',
  async (device, width, height, maxLength, maxY) => {
    const page = await seen.open({ viewport: { width, height }, timezoneId: 'Europe/Paris' })
    await page.goto('/subscribe')
    await page.locator('.chips-box').waitFor()
    const before = await buttonY(page)
    const while_: number[] = []
    for (const [i, topic] of ['linear attention', 'xylophone strings'].entries()) {
      await page.locator('#topic').pressSequentially(topic, { delay: 10 })
      while_.push(await buttonY(page))
      await page.keyboard.press('Enter')
      await page.locator(`#preview-${i + 1}`).waitFor()
      while_.push(await buttonY(page))
    }
    const after = await buttonY(page)
    const length = await page.evaluate<number>('document.documentElement.scrollHeight')
    console.log(`${device}: button at ${before}, ${while_.join(', ')}, ${after}; page ${length} px long`)
    expect(new Set([before, ...while_, after])).toEqual(new Set([before]))
    expect(before).toBeLessThanOrEqual(maxY)
    expect(length).toBeLessThanOrEqual(maxLength)
    expect(await typedTopics(page)).toBe('linear attention\nxylophone strings')
  },
)

test('a topic becomes a chip at a comma, a semicolon or Enter, and what is still typed is sent too', async () => {
  const page = await seen.open()
  await page.goto('/subscribe')
  const type = (text: string) => page.locator('#topic').pressSequentially(text)
  const chips = () => page.locator('.chip-text').allInnerTexts()
  await type('linear attention, "a, b"; strings')
  expect(await chips()).toEqual(['linear attention', '"a, b"'])
  expect(await typedTopics(page)).toBe('linear attention\n"a, b"\nstrings')
  await page.keyboard.press('Enter')
  expect(await chips()).toEqual(['linear attention', '"a, b"', 'strings'])
  await page.locator('.chip-cross').nth(1).click()
  expect(await typedTopics(page)).toBe('linear attention\nstrings')
  await page.keyboard.press('Backspace')
  expect(await page.locator('#topic').inputValue()).toBe('strings')
})

test.each([
  'I work on efficient inference of large models, especially KV cache compression',
  'robots, vision, but not simulation',
])('the words after a comma that belong to those before it stay with them: “%s”', async (text) => {
  const page = await seen.open()
  await page.goto('/subscribe')
  await page.locator('#topic').pressSequentially(text)
  await page.keyboard.press('Enter')
  expect((await typedTopics(page)).replace('robots\n', 'robots, ')).toBe(text)
})

test.each([true, false])(
  'an example topic is added by a press, with scripts: %s',
  async (javaScriptEnabled) => {
    const page = await seen.open({ javaScriptEnabled })
    await page.goto('/subscribe')
    const example = page.locator('.try [name="topic"]').first()
    const query = await example.getAttribute('value')
    await example.click()
    await page.locator('#preview-1').waitFor()
    expect(await typedTopics(page)).toBe(query)
    expect(new URL(page.url()).pathname).toBe(javaScriptEnabled ? '/subscribe' : '/preview')
  },
)
