import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { HtmlValidate } from 'html-validate'
import type { CDPSession, Page, Response } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { findings, LOOKS, loadAxe } from '../../support/axe.ts'
import { BOTH_WAYS, SHORTEN_LISTS } from '../../support/site-walk.ts'
import { useWalk } from '../../support/use-walk.ts'

// Everything that each page must be for everyone, checked on one visit. The order matters: the accessible tree is compared
// on a shortened page, and the keyboard moves the focus.

/** A page with its styles and scripts, compressed as the recipe for nginx sends them. */
const MAX_BYTES = 40_000
/** A window of 1280 px, zoomed to 400 %: the page has 320 CSS px, of four device pixels each. */
const ZOOMED = { width: 320, height: 200, deviceScaleFactor: 4, mobile: false }
const WIDE = { width: 1280, height: 800 }
// The accessible tree of each page: the only place where the sentences of pages are asserted. A page without scripts is
// compared with the file of the same page with scripts. If it is meant to differ, give it a file of its own:
// `NAME-without-scripts.yaml`. After a change of a page: npm test -- test/journeys/everyone/pages.slow.test.ts -u
const TREES = resolve(import.meta.dirname, '../../fixtures/accessibility/pages')

const seen = useWalk({ viewport: WIDE })
const standard = new HtmlValidate({
  extends: ['html-validate:standard', 'html-validate:document'],
  // Assets are our own; and the list of problems is above the heading, so that it is read first.
  rules: { 'require-sri': 'off', 'heading-level': 'off' },
})

describe.each(BOTH_WAYS)('$title', ({ stop, scripts, title }) => {
  let page: Page
  let answer: Response
  const fetched: Response[] = []

  beforeAll(async () => {
    if (!seen.walk) return
    page = seen.window(scripts)
    await page.setViewportSize(WIDE)
    page.on('response', (response) => void fetched.push(response))
    answer = await seen.walk.visit(page, stop)
    page.removeAllListeners('response')
  })

  test('needs no sideways scrolling at 320 px and at 400 % of 1280 px', async () => {
    await page.setViewportSize({ width: 320, height: 256 })
    expect(await sideways(page)).toEqual([])
    const chromium = await zoom(page)
    expect(await page.evaluate('[innerWidth, devicePixelRatio]')).toEqual([320, 4])
    expect(await sideways(page)).toEqual([])
    await chromium.detach()
  })

  test('makes requests only to this site, sets no cookie and is small', async () => {
    const origins = new Set(fetched.map((response) => new URL(response.url()).origin))
    expect([...origins]).toEqual([seen.walk.base])
    expect(fetched.map((response) => response.request().resourceType())).not.toContain('font')
    expect(await page.context().cookies()).toEqual([])
    let bytes = 0
    for (const response of fetched) {
      if (response.status() < 300 || response === answer) bytes += gzipSync(await response.body()).byteLength
    }
    expect(bytes).toBeLessThan(MAX_BYTES)
  })

  test('is valid HTML in which each id is unique', async () => {
    const { results } = await standard.validateString(await answer.text())
    const faults = results.flatMap(({ messages }) => messages)
    expect(faults.map(({ line, ruleId, message }) => `${line} ${ruleId}: ${message}`)).toEqual([])
    expect(await page.evaluate(REPEATED_IDS)).toEqual([])
    expect(await page.locator('h1').count()).toBe(1)
  })

  test('prints black on white without controls, in the dark theme too', async () => {
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    const colours = await page.evaluate(
      '[getComputedStyle(document.documentElement).backgroundColor, getComputedStyle(document.body).backgroundColor, getComputedStyle(document.querySelector("h1")).color]',
    )
    expect(colours).toEqual(['rgba(0, 0, 0, 0)', 'rgb(255, 255, 255)', 'rgb(0, 0, 0)'])
    expect(await page.locator('nav:visible, button:visible, .skip:visible').count()).toBe(0)
    expect((await page.pdf()).byteLength).toBeGreaterThan(1_000)
    await page.emulateMedia({ media: null, colorScheme: null })
  })

  test('has no animation for people who prefer less motion', async () => {
    await page.emulateMedia({ reducedMotion: 'reduce' })
    expect(await page.evaluate(MOVING)).toEqual([])
    await page.emulateMedia({ reducedMotion: null })
  })

  // axe is a script itself.
  test.for(scripts ? LOOKS : [])('axe finds nothing, %s, %i px', async ([colorScheme, width, rules]) => {
    await loadAxe(page)
    await page.setViewportSize({ width, height: 800 })
    // Kept until the tree is compared: a colour that is still changing has another contrast.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect(await findings(page, { rules })).toEqual([])
  })

  test('has the recorded accessible tree', async () => {
    await page.emulateMedia({ colorScheme: null, reducedMotion: null })
    await page.setViewportSize(WIDE)
    await page.evaluate(SHORTEN_LISTS)
    const tree = await page.locator('body').ariaSnapshot()
    const titled = `# ${await page.title()}\n${masked(tree)}\n`
    if (hasOwnTree(title)) await expect(titled).toMatchFileSnapshot(`${TREES}/${title}.yaml`)
    else expect(titled).toBe(readFileSync(`${TREES}/${stop}.yaml`, 'utf8'))
  })

  test('Tab reaches each control in the order of the page, shows the focus on it, and leaves the page', async () => {
    await page.setViewportSize(WIDE)
    await page.emulateMedia({ reducedMotion: 'reduce' })
    await page.evaluate(SHORTEN_LISTS)
    // What the page itself gives the focus to has it by the second frame, which only a script can wait for.
    await (scripts ? page.evaluate(TWO_FRAMES) : page.screenshot())
    await page.evaluate(START)
    const expected = (await page.evaluate(REACHABLE)) as string[]
    const reached: string[] = []
    const unseen: string[] = []
    // A field for a date has several stops of its own; after the last stop comes the first again.
    for (let presses = 0; presses < expected.length * 5; presses++) {
      await page.keyboard.press('Tab')
      const at = (await page.evaluate(FOCUSED)) as { what: string; fault: string } | null
      if (!at || at.what === reached[0]) break
      if (at.what === reached.at(-1)) continue
      reached.push(at.what)
      if (at.fault) unseen.push(`${at.what} ${at.fault}`)
    }
    expect(reached).toEqual(expected)
    expect(unseen).toEqual([])
    await page.emulateMedia({ reducedMotion: null })
  })
})

test('every recorded tree belongs to a page', () => {
  const recorded = readdirSync(TREES).map((file) => file.replace('.yaml', ''))
  const pages = BOTH_WAYS.map(({ title }) => title)
  expect(recorded.sort()).toEqual(pages.filter(hasOwnTree).sort())
})

/** Whether a page has a file: each one with scripts, and those without scripts that differ from it. */
function hasOwnTree(title: string): boolean {
  return !title.endsWith('-without-scripts') || existsSync(`${TREES}/${title}.yaml`)
}

/**
 * Replaces what differs each time (tokens of links, references of faults), the 400 time zones of a schedule, the buttons
 * that only a script shows, which copy-and-share.slow.test.ts finds, and "Keep", which a script makes a button.
 */
const masked = (tree: string): string =>
  tree
    .replace(/^( *- listitem:\n)? *- button "Copy[^\n]*\n/gm, '')
    .replace(/^ *- status\n/gm, '')
    .replace(/^( *)- '?(?:button|link) "Keep[":][^\n]*(?:\n +- \/url: \/subscribe)?$/gm, '$1- "Keep"')
    .replace(/(\/digest\/)[\w-]{16}(?![\w-])/g, '$1MESSAGE')
    .replace(/[\w-]{38,}/g, 'TOKEN')
    .replace(/(- code: ).*/g, '$1REFERENCE')
    .replace(/( combobox "Time zone"):(\n +- option .*)+/g, '$1')

async function zoom(page: Page): Promise<CDPSession> {
  const chromium = await page.context().newCDPSession(page)
  await chromium.send('Emulation.setDeviceMetricsOverride', ZOOMED)
  return chromium
}

/** The elements that make the page wider than its window; only its width if none of them is. */
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

const TWO_FRAMES = 'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))'

/** Back to where a fresh page has the focus: before everything. */
const START = `(() => {
  document.activeElement?.blur()
  document.body.tabIndex = -1
  document.body.focus()
  document.body.removeAttribute('tabindex')
  scrollTo(0, 0)
})()`

/** Each keeps the name that it had at first: scripts that a form loads may add elements while its fields get the focus. */
const NAMED = `const all = [...document.querySelectorAll('*')]
  const names = globalThis.namesOfStops ??= new Map()
  const named = (one) => names.get(one) ?? names.set(one, nameOf(one)).get(one)
  const nameOf = (one) => all.indexOf(one) + ' ' + one.tagName.toLowerCase() + (one.id && '#' + one.id) + ' ' +
  (one.getAttribute('aria-label') || one.name || one.textContent.trim().slice(0, 40)) + ' ' + (one.getAttribute('href') ?? '').slice(0, 40)`

const REACHABLE = `(() => {
  ${NAMED}
  const stops = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')]
  const first = (radio) => stops.filter((one) => one.type === 'radio' && one.name === radio.name && one.form === radio.form)
  const isStop = (one) => one.tabIndex >= 0 && !one.disabled && one.type !== 'hidden' &&
    one.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true }) &&
    (one.type !== 'radio' || one === (first(one).find((radio) => radio.checked) ?? first(one)[0]))
  return stops.filter(isStop).map(named)
})()`

/** What has the focus, and what is wrong with how it shows that. */
const FOCUSED = `(() => {
  ${NAMED}
  const one = document.activeElement
  if (!one || one === document.body) return null
  const shown = one.matches('input[type=radio], input[type=checkbox]') && one.labels?.length ? [one, ...one.labels] : [one, one.closest('.chips-box') ?? one]
  const hasOutline = (part) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(part)
    return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2
  }
  const { left, top, right, bottom } = one.getBoundingClientRect()
  const isInSight = bottom > 0 && right > 0 && top < innerHeight && left < innerWidth
  const [x, y] = [(Math.max(left, 0) + Math.min(right, innerWidth)) / 2, (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2]
  const onTop = document.elementFromPoint(x, y)
  const isCovered = onTop !== null && !one.contains(onTop) && !onTop.contains(one) && !onTop.closest('label')
  return {
    what: named(one),
    fault: [!shown.some(hasOutline) && 'no outline', !isInSight && 'out of sight', isCovered && 'covered'].filter(Boolean).join(', '),
  }
})()`
