import { globSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { words } from '../../../src/i18n/words.ts'
import { PASSWORD } from '../../support/admin.ts'
import { ADMIN_STOPS, visitAdmin } from '../../support/admin-walk.ts'
import { useAdminWalk } from '../../support/use-admin-walk.ts'

// An operator's day with only the keyboard, in a browser without scripts.
const seen = useAdminWalk({ viewport: { width: 1280, height: 800 } })

async function tabTo(role: 'button' | 'link' | 'textbox', name: string | RegExp): Promise<void> {
  const { page } = seen
  const wanted = page.getByRole(role, { name, exact: true }).and(page.locator(':focus'))
  for (let presses = 0; presses < 80; presses++) {
    await page.keyboard.press('Tab')
    if ((await wanted.count()) > 0) return
  }
  throw new Error(`Tab never reached ${role} ${name}`)
}

async function press(role: 'button' | 'link', name: string | RegExp): Promise<void> {
  await tabTo(role, name)
  const answered = seen.page.waitForEvent('framenavigated')
  await seen.page.keyboard.press('Enter')
  await answered
  await seen.page.waitForLoadState()
}

const heading = () => seen.page.locator('h1').innerText()
const status = () => seen.page.locator('[role=status]').innerText()

test('an operator pauses delivery, finds why a subscriber got no email, pauses them and logs out', async () => {
  const { page, walk } = seen
  await page.goto(`${walk.base}/admin`)
  expect(await heading()).toBe(words.admin.login.heading)
  // The field has the focus already.
  await page.keyboard.type(PASSWORD)
  await press('button', words.admin.login.heading)
  expect(await page.title()).toContain(words.admin.overview.heading)

  await tabTo('textbox', 'Reason for pausing')
  await page.keyboard.type('The relay moves')
  await press('button', 'Pause delivery')
  expect(await page.locator('main').innerText()).toContain('The relay moves')
  await press('button', 'Resume delivery')
  expect(await page.locator('main').innerText()).toContain(words.admin.delivery.onText)

  await press('link', words.admin.subscribers.heading)
  await tabTo('textbox', words.admin.subscribers.contains)
  await page.keyboard.type('quiet@example.com')
  await press('button', words.admin.filter.show)
  expect(await heading()).toBe('quiet@example.com')
  expect(page.url()).not.toContain('quiet')
  await press('link', 'Explain Sun 22 Nov')
  expect(await page.locator('.verdict').innerText()).toMatch(/^No email: /)
  await press('button', 'Pause')
  expect(await status()).toContain(words.admin.delivery.paused)
  await press('link', 'Erase…')
  expect(new URL(page.url()).pathname).toMatch(/\/erase$/)
  await press('link', words.admin.subscriber.cancel)
  expect(await heading()).toBe('quiet@example.com')

  await press('link', words.admin.actions.heading)
  expect(await page.locator('tbody tr').first().innerText()).toMatch(/subscribers pause\s+admin/)
  await press('button', words.admin.logout)
  expect(await heading()).toBe(words.admin.login.heading)
  await page.goto(`${walk.base}/admin/actions`)
  expect(await heading()).toBe(words.admin.login.heading)
}, 120_000)

// The HTML of an email and the sample file have tests of their own.
const NOT_PAGES = ['/admin/subscribers/:id/email/html', '/admin/subscribers/import/sample.csv']

test('the walk visits every admin page and template', async () => {
  const { page, walk } = seen
  const bodies: string[] = []
  const paths: string[] = []
  for (const { name } of ADMIN_STOPS) {
    await visitAdmin(walk, page, name)
    paths.push(new URL(page.url()).pathname)
    bodies.push(await page.content())
  }
  const routes = walk.routes.filter((route) => route.startsWith('/admin') && !NOT_PAGES.includes(route))
  const patternOf = (route: string) => new RegExp(`^${route.replace(/:\w+/g, '[^/]+').replace('*', '.+')}$`)
  expect(routes.length).toBeGreaterThan(12)
  expect(routes.filter((route) => !paths.some((path) => patternOf(route).test(path)))).toEqual([])
  const folder = resolve(import.meta.dirname, '../../../templates/admin')
  expect(globSync('*.eta', { cwd: folder }).length).toBeLessThanOrEqual(ADMIN_STOPS.length)
  expect(bodies.filter((body) => /<x-alive/.test(body))).toEqual([])
}, 120_000)
