import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { BOTH_WAYS, SHORTEN_LISTS } from '../../support/site-walk.ts'
import { useWalk } from '../../support/use-walk.ts'

const seen = useWalk({ viewport: { width: 1280, height: 800 } })

describe.each(BOTH_WAYS)('$title', ({ stop, scripts }) => {
  let page: Page
  beforeAll(async () => {
    if (!seen.walk) return
    page = seen.window(scripts)
    await seen.walk.visit(page, stop)
    await page.evaluate(SHORTEN_LISTS)
    // What the page itself gives the focus to has it by the second frame, which only a script can wait for.
    await (scripts ? page.evaluate(TWO_FRAMES) : page.screenshot())
    await page.evaluate(START)
  })

  test('by keyboard: everything in the order of the page, each seen to have the focus, and a way out', async () => {
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
  })
})

test('by keyboard: the first stop leads past the head of a page', async () => {
  await seen.walk.visit(seen.page, 'paper')
  await seen.page.keyboard.press('Tab')
  await seen.page.keyboard.press('Enter')
  expect(await seen.page.evaluate('document.activeElement.tagName')).toBe('MAIN')
})

test('by keyboard: the whole job, from the form to the last digest and back', async () => {
  const { page, walk } = seen
  const { site, tokens } = walk
  await page.goto(walk.base)
  await tabTo('textbox', 'Topic')
  await page.keyboard.type('linear attention')
  await tabTo('textbox', 'Email')
  await page.keyboard.type('keys@example.com')
  await press('button', 'Subscribe')
  expect(await page.locator('h1').innerText()).toBe('Check your inbox')

  await page.goto(`${walk.base}/confirm/${await tokens.confirm('keys@example.com')}`)
  await press('button', 'Confirm subscription')
  expect(await page.locator('h1').innerText()).toBe('You’re subscribed')

  await page.goto(`${walk.base}/unsubscribe/${await tokens.of('unsubscribe', 'keys@example.com')}`)
  await press('button', 'Pause for a month')
  expect(await page.locator('h1').innerText()).toBe('Your digests are paused')
  await press('button', 'Undo')
  await page.goto(`${walk.base}/unsubscribe/${await tokens.of('unsubscribe', 'keys@example.com')}`)
  await press('button', 'Unsubscribe')
  expect(await page.locator('h1').innerText()).toBe('You’re unsubscribed')
  await press('button', 'Resubscribe')
  expect(await page.locator('h1').innerText()).toBe('You’re subscribed')
  const { state } = await site.db.subscriber.findFirstOrThrow({ where: { address: 'keys@example.com' } })
  expect(state).toBe('active')
}, 60_000)

/** Tab, until a control has the focus. */
async function tabTo(role: 'button' | 'textbox', name: string | RegExp, key = 'Tab'): Promise<void> {
  const wanted = seen.page.getByRole(role, { name, exact: true }).and(seen.page.locator(':focus'))
  for (let presses = 0; presses < 60; presses++) {
    await seen.page.keyboard.press(key)
    if ((await wanted.count()) > 0) return
  }
  throw new Error(`${key} never reached ${name}`)
}

async function press(role: 'button', name: string, key?: string): Promise<void> {
  await tabTo(role, name, key)
  const answered = seen.page.waitForEvent('framenavigated')
  await seen.page.keyboard.press('Enter')
  await answered
  await seen.page.waitForLoadState()
}

const TWO_FRAMES = 'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))'

/** Back to where a fresh page has the focus: before everything. */
const START = `(() => {
  document.activeElement?.blur()
  document.body.tabIndex = -1
  document.body.focus()
  document.body.removeAttribute('tabindex')
  scrollTo(0, 0)
})()`

const NAMED = `const all = [...document.querySelectorAll('*')]
  const named = (one) => all.indexOf(one) + ' ' + one.tagName.toLowerCase() + (one.id && '#' + one.id) + ' ' +
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
  const shown = one.matches('input[type=radio], input[type=checkbox]') && one.labels?.length ? [one, ...one.labels] : [one]
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
