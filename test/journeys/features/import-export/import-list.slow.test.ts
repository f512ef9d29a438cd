import { expect, test } from 'vitest'
import { fill, words } from '../../../../src/i18n/words.ts'
import { visitAdmin } from '../../../support/admin-walk.ts'
import { useAdminWalk } from '../../../support/use-admin-walk.ts'

const seen = useAdminWalk({ viewport: { width: 1280, height: 800 } })

test('an operator checks and imports a list, and finds an imported subscriber by a filter', async () => {
  const { page, walk } = seen
  await visitAdmin(walk, page, 'admin-import')
  const csv = ['email,consent', 'journey@list.example,', 'malformed,'].join('\n')
  await page.getByLabel(words.admin.importExport.text).fill(csv)
  await page.getByLabel(words.admin.importExport.consent).fill('A form at the spring school')
  await page.getByRole('button', { name: words.admin.check.show }).click()
  expect(await page.locator('[role=status]').innerText()).toContain(
    fill(words.admin.importExport.would, { taken: 1, rows: 2 }),
  )
  await page.getByRole('button', { name: words.admin.importExport.button, exact: true }).click()
  expect(await page.locator('[role=status]').innerText()).toContain(
    fill(words.admin.importExport.done, { taken: 1, rows: 2 }),
  )
  await page.getByRole('link', { name: words.admin.sections.allSubscribers }).click()
  await page.getByLabel(words.admin.subscribers.contains).fill('list.example')
  await page.getByLabel(words.admin.subscribers.state).selectOption('active')
  await page.getByRole('button', { name: words.admin.filter.show, exact: true }).click()
  await page.getByRole('link', { name: 'journey@list.example', exact: true }).click()
  expect(await page.locator('h1').innerText()).toBe('journey@list.example')
}, 60_000)
