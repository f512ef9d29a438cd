import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, test } from 'vitest'
import { fill, words } from '../../src/i18n/words.ts'
import { splitTopics } from '../../src/queries/language/split-topics.ts'
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
    expect(splitTopics(await typedTopics(page))).toEqual(['linear attention', 'xylophone strings'])
  },
)

test('the form and its preview need no sideways scrolling with text of twice the size', async () => {
  const page = await seen.open({ viewport: { width: 1280, height: 900 } })
  for (const path of ['/subscribe', '/subscribe?topic=linear+attention&topic=strings+and+branes']) {
    await page.goto(path)
    await page.evaluate("document.documentElement.style.fontSize = '200%'")
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(1280)
  }
})

test('a topic becomes a chip at a comma, a semicolon or Enter, and what is still typed is sent too', async () => {
  const page = await seen.open()
  await page.goto('/subscribe')
  const type = (text: string) => page.locator('#topic').pressSequentially(text)
  const chips = () => page.locator('.chip-text').allInnerTexts()
  await type('linear attention, "a, b"; strings')
  expect(await chips()).toEqual(['linear attention', '"a, b"'])
  expect(await typedTopics(page)).toBe('linear attention, "a, b"; strings')
  await page.keyboard.press('Enter')
  expect(await chips()).toEqual(['linear attention', '"a, b"', 'strings'])
  await page.locator('.chip-cross').nth(1).click()
  expect(splitTopics(await typedTopics(page))).toEqual(['linear attention', 'strings'])
  await page.keyboard.press('Backspace')
  expect(await page.locator('#topic').inputValue()).toBe('strings')
})

const TYPED = [
  'I work on efficient inference of large models, especially KV cache compression',
  'robots, vision, but not simulation',
  'robots; vision, but not simulation',
  'LLM agents, with a focus on chemistry',
  'agents, including web agents',
  'photonics, e.g. lithium niobate',
  'agents, mainly for coding',
  'vision, language, and robots',
  '"a, b", c\nd, except e',
  '机器人，视觉; speech',
  'robots, vision, robots, but not simulation',
  'I would like papers on graphs, molecules and proteins, but no surveys',
]

describe('the server reads the same topics with chips as without scripts', () => {
  test.each(TYPED)('typed: %j', async (text) => {
    const page = await seen.open()
    await page.goto('/subscribe')
    const read = async () => splitTopics(await typedTopics(page))
    await page.locator('#topic').pressSequentially(text)
    expect(await read()).toEqual(splitTopics(text))
    await page.locator('#email').focus()
    expect(await read()).toEqual(splitTopics(text))
    await page.locator('#topic').press('Enter')
    expect(await read()).toEqual(splitTopics(text))
    // What the script read from a field that the server filled is sent again.
    await page.goto(`/subscribe?${new URLSearchParams({ topic: text })}`)
    await page.locator('.topic-chip').first().waitFor()
    expect(await typedTopics(page)).toBe(text)
  })

  test('typed in two parts, with another field in between', async () => {
    const page = await seen.open()
    await page.goto('/subscribe')
    for (const part of ['robots, vision', ', but not simulation']) {
      await page.locator('#topic').pressSequentially(part)
      await page.locator('#email').focus()
    }
    expect(await typedTopics(page)).toBe('robots, vision, but not simulation')
  })

  test('after a chip was edited or removed', async () => {
    const page = await seen.open()
    await page.goto('/subscribe')
    await page.locator('#topic').pressSequentially('robots, vision, but not simulation')
    await page.keyboard.press('Enter')
    await page.locator('#topic').pressSequentially('graphs; speech')
    await page.locator('.chip-text').first().click()
    await page.keyboard.press('Enter')
    const all = ['graphs', 'speech', 'robots, but not simulation', 'vision, but not simulation']
    expect(splitTopics(await typedTopics(page))).toEqual(all)
    await page.locator('.chip-cross').first().click()
    expect(splitTopics(await typedTopics(page))).toEqual(all.slice(1))
  })
})

test('focus on a field of the form sends nothing', async () => {
  const page = await seen.open()
  const sent: string[] = []
  page.on('request', (request) => request.method() === 'POST' && sent.push(request.url()))
  await page.goto('/subscribe')
  const loaded = page.waitForResponse(/htmx/)
  await page.locator('#email').focus()
  await loaded
  // A preview would be sent 400 ms after the script is there.
  await page.waitForTimeout(1000)
  expect(sent).toEqual([])
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
    expect(splitTopics(await typedTopics(page))).toEqual([query])
    expect(new URL(page.url()).pathname).toBe(javaScriptEnabled ? '/subscribe' : '/preview')
  },
)

test('Back after a sign-up shows the topics that the form still has, and their preview', async () => {
  const page = await seen.open()
  await page.goto('/subscribe')
  for (const topic of ['linear attention', 'strings']) {
    await page.locator('#topic').pressSequentially(topic)
    await page.keyboard.press('Enter')
  }
  await page.locator('#preview-2').waitFor()
  await page.fill('#email', 'ann@example.com')
  await page.locator('#subscribe-button').click()
  await page.waitForURL(/check-inbox/)
  await page.goBack()
  await expect.poll(() => page.locator('.chip-text').allInnerTexts()).toEqual(['linear attention', 'strings'])
  expect(await typedTopics(page)).toBe('linear attention\nstrings')
  await page.locator('#preview-2').waitFor()
})

test.each([1280, 375])(
  'a topic is typed on one whole line, however little room is left, %i px',
  async (width) => {
    const page = await seen.open({ viewport: { width, height: 900 } })
    await page.goto('/subscribe')
    const draft = page.locator('#topic')
    for (const topic of ['world models', 'KV cache compression']) {
      await draft.pressSequentially(topic)
      await page.keyboard.press('Enter')
    }
    await draft.pressSequentially('reinforcement learning for robots')
    const [box, line] = [await page.locator('.chips-box').boundingBox(), await draft.boundingBox()]
    expect(line!.width).toBeGreaterThan(box!.width * 0.9)
    expect(line!.y + line!.height).toBeLessThanOrEqual(box!.y + box!.height)
    const isWhole = 'document.activeElement.scrollHeight <= document.activeElement.clientHeight'
    expect(await page.evaluate(isWhole)).toBe(true)
  },
)

test('more topics than the field shows are counted', async () => {
  const page = await seen.open()
  const topics = Array.from({ length: 20 }, (_, n) => `topic number ${n + 1}`)
  await page.goto(
    `/subscribe?${new URLSearchParams(topics.map((topic): [string, string] => ['topic', topic]))}`,
  )
  const count = page.locator('#topic-count')
  expect(await count.innerText()).toBe(fill(words.form.chips.count, { count: 20 }))
  while ((await page.locator('.chip-cross').count()) > 1) await page.locator('.chip-cross').last().click()
  await expect.poll(() => count.isVisible()).toBe(false)
})
