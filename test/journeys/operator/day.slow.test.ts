import { globSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { PASSWORD } from '../../support/admin.ts'
import { ADMIN_STOPS, visitAdmin } from '../../support/admin-walk.ts'
import { useAdminWalk } from '../../support/use-admin-walk.ts'

// An operator's day with the keyboard alone, in a browser in which no script runs.
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

test('Anna got no email: found, explained, paused; delivery is stopped and resumed; log out', async () => {
  const { page, walk } = seen
  await page.goto(`${walk.base}/admin`)
  expect(await heading()).toBe('Log in')
  // The field has the focus already.
  await page.keyboard.type(PASSWORD)
  await press('button', 'Log in')
  expect(await heading()).toBe('Overview')

  await tabTo('textbox', 'Reason for pausing')
  await page.keyboard.type('The relay moves')
  await press('button', 'Pause delivery')
  expect(await status()).toContain('Delivery is paused')
  expect(await page.locator('main').innerText()).toContain('The relay moves')
  await press('button', 'Resume delivery')
  expect(await status()).toContain('Delivery resumed.')

  await press('link', 'Subscribers')
  await tabTo('textbox', 'Address, whole or part')
  await page.keyboard.type('quiet@example.com')
  await press('button', 'Show')
  expect(await heading()).toBe('quiet@example.com')
  expect(page.url()).not.toContain('quiet')
  await press('link', 'Explain Sun 22 Nov')
  expect(await page.locator('.verdict').innerText()).toMatch(/^No email: /)
  await press('button', 'Pause')
  expect(await status()).toContain('Paused')
  await press('link', 'Erase…')
  expect(await heading()).toBe('Erase this subscriber?')
  await press('link', 'Cancel')
  expect(await heading()).toBe('quiet@example.com')

  await press('link', 'Operator log')
  expect(await page.locator('tbody tr').first().innerText()).toMatch(/subscribers pause\s+admin/)
  await press('button', 'Log out')
  expect(await heading()).toBe('Log in')
  await page.goto(`${walk.base}/admin/actions`)
  expect(await heading()).toBe('Log in')
}, 120_000)

test('a list is imported after a look at it, and one of its people found by a filter', async () => {
  const { page, walk } = seen
  await visitAdmin(walk, page, 'admin-import')
  const csv = ['email,consent', 'journey@list.example,', 'nobody,'].join('\n')
  await page.getByLabel('Or its text').fill(csv)
  await page
    .getByLabel('How they agreed, if their row does not say (optional)')
    .fill('A form at the spring school')
  await page.getByRole('button', { name: 'Show what would happen' }).click()
  expect(await status()).toContain('1 of 2 rows would be imported')
  await page.getByRole('button', { name: 'Import', exact: true }).click()
  expect(await status()).toContain('Imported 1 of 2 rows')
  await page.getByRole('link', { name: 'All subscribers' }).click()
  await page.getByLabel('Address, whole or part').fill('list.example')
  await page.getByLabel('State').selectOption('active')
  await page.getByRole('button', { name: 'Show', exact: true }).click()
  await page.getByRole('link', { name: 'journey@list.example', exact: true }).click()
  expect(await heading()).toBe('journey@list.example')
}, 60_000)

// The HTML of an email has its own tests.
const NOT_PAGES = ['/admin/subscribers/:id/email/html']

test('the walk meets every admin page and its templates', async () => {
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
