import { expect, test } from 'vitest'
import { useWalk } from '../../support/use-walk.ts'

const seen = useWalk({ viewport: { width: 1280, height: 800 } })

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
