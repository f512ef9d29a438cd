import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import type { Feature } from '../../../../src/core/feature.ts'
import { signLink } from '../../../../src/subscribers/links.ts'
import { buildServer } from '../../../../src/web/server.ts'
import { NOW, subscribeThroughSite, useSite } from '../../../support/site.ts'

const site = useSite()

/** The template of the section, outside templates/ as those of features are. */
const file = pathToFileURL(join(mkdtempSync(join(tmpdir(), 'manage-sections-')), 'section.eta'))
writeFileSync(file, '<section id="notes-<%= it.place %>" data-token="<%= it.token %>"></section>')

/** A feature with a section in each place, for the subscribers that are in `ids`. */
function notesFeature(ids: Set<string>): Feature {
  const places = ['before-receipts', 'aside'] as const
  return {
    name: 'notes',
    pageParts: places.map((place) => ({
      page: 'manage',
      place,
      readSection: async (_deps, { subscriber, token }) =>
        ids.has(subscriber.id) ? { file, data: { place, token } } : null,
    })),
  }
}

test('the manage page has the sections of features in their places', async () => {
  await subscribeThroughSite(site, 'ann@example.com')
  const { id, epoch } = await site.db.subscriber.findFirstOrThrow()
  const ids = new Set([id])
  const deps = { ...site.deps, features: [notesFeature(ids)] }
  const app = buildServer(deps)
  const token = signLink({ purpose: 'manage', id, epoch, issuedAt: NOW }, deps.config.APP_SECRET[0]!)
  const page = async () => (await app.inject(`/manage/${token}`)).body
  const withSections = await page()
  const order = ['topics', 'notes-before-receipts', 'receipts', 'notes-aside', 'account']
  const found = order.map((name) => withSections.indexOf(`id="${name}"`))
  expect(found).not.toContain(-1)
  expect(found).toEqual(found.toSorted((a, b) => a - b))
  expect(withSections).toContain(`data-token="${token}"`)
  ids.clear()
  expect(await page()).not.toContain('id="notes-')
  await app.close()
})
