import { HtmlValidate } from 'html-validate'
import type { CDPSession, Page, Response } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { BOTH_WAYS } from '../../support/site-walk.ts'
import { useWalk } from '../../support/use-walk.ts'

const MAX_BYTES = 100_000
/** A window of 1280 px, zoomed to 400 %: the page has 320 CSS px, of four device pixels each. */
const ZOOMED = { width: 320, height: 200, deviceScaleFactor: 4, mobile: false }

const seen = useWalk()
const standard = new HtmlValidate({
  extends: ['html-validate:standard', 'html-validate:document'],
  // Assets are our own; and a list of problems stands above the heading, so that it is met first.
  rules: { 'require-sri': 'off', 'heading-level': 'off' },
})

describe.each(BOTH_WAYS)('$title', ({ stop, scripts }) => {
  let page: Page
  let answer: Response
  const fetched: Response[] = []

  beforeAll(async () => {
    if (!seen.walk) return
    page = seen.window(scripts)
    page.on('response', (response) => void fetched.push(response))
    answer = await seen.walk.visit(page, stop)
    page.removeAllListeners('response')
  })

  test('needs no sideways scrolling at 320 px, nor at 400 % of 1280 px', async () => {
    await page.setViewportSize({ width: 320, height: 256 })
    expect(await sideways(page)).toEqual([])
    const chromium = await zoom(page)
    expect(await page.evaluate('[innerWidth, devicePixelRatio]')).toEqual([320, 4])
    expect(await sideways(page)).toEqual([])
    await chromium.detach()
  })

  test('requests only this site, keeps no cookie, and is small', async () => {
    const origins = new Set(fetched.map((response) => new URL(response.url()).origin))
    expect([...origins]).toEqual([seen.walk.base])
    expect(fetched.map((response) => response.request().resourceType())).not.toContain('font')
    expect(await page.context().cookies()).toEqual([])
    let bytes = 0
    for (const response of fetched) {
      if (response.status() < 300 || response === answer) bytes += (await response.body()).byteLength
    }
    expect(bytes).toBeLessThan(MAX_BYTES)
  })

  test('is HTML as the standard has it, with every id once', async () => {
    const { results } = await standard.validateString(await answer.text())
    const faults = results.flatMap(({ messages }) => messages)
    expect(faults.map(({ line, ruleId, message }) => `${line} ${ruleId}: ${message}`)).toEqual([])
    expect(await page.evaluate(REPEATED_IDS)).toEqual([])
    expect(await page.locator('h1').count()).toBe(1)
  })

  test('prints black on white, without what only a screen can use, in the dark theme too', async () => {
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    const colours = await page.evaluate(
      '[getComputedStyle(document.documentElement).backgroundColor, getComputedStyle(document.body).backgroundColor, getComputedStyle(document.querySelector("h1")).color]',
    )
    expect(colours).toEqual(['rgba(0, 0, 0, 0)', 'rgb(255, 255, 255)', 'rgb(0, 0, 0)'])
    expect(await page.locator('nav:visible, button:visible, .skip:visible').count()).toBe(0)
    expect((await page.pdf()).byteLength).toBeGreaterThan(1_000)
    await page.emulateMedia({ media: null, colorScheme: null })
  })

  test('does not move for people who prefer less motion', async () => {
    await page.emulateMedia({ reducedMotion: 'reduce' })
    expect(await page.evaluate(MOVING)).toEqual([])
    await page.emulateMedia({ reducedMotion: null })
  })
})

async function zoom(page: Page): Promise<CDPSession> {
  const chromium = await page.context().newCDPSession(page)
  await chromium.send('Emulation.setDeviceMetricsOverride', ZOOMED)
  return chromium
}

/** What makes the page wider than its window; the page itself where nothing in it does. */
const sideways = (page: Page): Promise<string[]> => page.evaluate(SIDEWAYS)

const SIDEWAYS = `(() => {
  const root = document.documentElement
  if (root.scrollWidth <= innerWidth) return []
  const wide = [...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > innerWidth + 0.5)
  return [root.scrollWidth + ' px', ...wide.map((one) => one.outerHTML.slice(0, 120))]
})()`

const REPEATED_IDS = `[...document.querySelectorAll('[id]')].map(({ id }) => id).filter((id, n, all) => all.indexOf(id) < n)`

const MOVING = `[...document.querySelectorAll('*')].filter((one) => {
  const { animationName, transitionDuration } = getComputedStyle(one)
  return animationName !== 'none' || transitionDuration.split(',').some((part) => parseFloat(part) > 0)
}).map((one) => one.outerHTML.slice(0, 120))`
