import { expect, test } from 'vitest'
import { words } from '../../../src/i18n/words.ts'
import { useWalk } from '../../support/use-walk.ts'

const seen = useWalk({ viewport: { width: 1280, height: 800 } })

test('the first tab stop leads past the head of a page', async () => {
  await seen.walk.visit(seen.page, 'paper')
  await seen.page.keyboard.press('Tab')
  await seen.page.keyboard.press('Enter')
  expect(await seen.page.evaluate('document.activeElement.tagName')).toBe('MAIN')
})

test('a reader subscribes, pauses, unsubscribes and resubscribes by keyboard', async () => {
  const { page, walk } = seen
  const { site, tokens } = walk
  await page.goto(walk.base)
  await tabTo('textbox', words.home.topic)
  await page.keyboard.type('linear attention')
  await tabTo('textbox', words.home.email)
  await page.keyboard.type('keys@example.com')
  await press('button', words.form.subscribe)
  expect(await page.locator('h1').innerText()).toBe(words.checkInbox.title)

  await page.goto(`${walk.base}/confirm/${await tokens.confirm('keys@example.com')}`)
  await press('button', words.confirm.begin.button)
  expect(await page.locator('h1').innerText()).toBe(words.confirmed.headings.begun)

  await page.goto(`${walk.base}/unsubscribe/${await tokens.of('unsubscribe', 'keys@example.com')}`)
  await press('button', words.unsubscribe.pause)
  expect(await page.locator('h1').innerText()).toBe(words.unsubscribe.changed.paused)
  await press('button', words.unsubscribe.changed.undo)
  await page.goto(`${walk.base}/unsubscribe/${await tokens.of('unsubscribe', 'keys@example.com')}`)
  await press('button', words.unsubscribe.stop)
  expect(await page.locator('h1').innerText()).toBe(words.unsubscribe.ended.heading)
  await press('button', words.unsubscribe.ended.undo)
  expect(await page.locator('h1').innerText()).toBe(words.unsubscribe.back.heading)
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
