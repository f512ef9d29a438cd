import { expect, test } from 'vitest'
import { eraseSubscriber } from '../../../src/account/erase-subscriber.ts'
import { exportSubscriber } from '../../../src/account/export-account.ts'
import type { Feature } from '../../../src/core/feature.ts'
import { prune } from '../../../src/operator/prune.ts'
import { subscribeThroughSite, useSite } from '../../support/site.ts'

const EMAIL = 'ann@example.com'
const site = useSite()

/** A feature with a note about each subscriber. */
const notesFeature = (notes: Map<string, string>): Feature => ({
  name: 'notes',
  personalData: {
    erase: async (_tx, id) => void notes.delete(id),
    export: async (_deps, id) => ({ notes: notes.get(id) }),
    prune: async () => ({ notes: 3 }),
  },
})

async function subscriberWithNote() {
  await subscribeThroughSite(site, EMAIL)
  const { id } = await site.db.subscriber.findFirstOrThrow()
  const notes = new Map([[id, 'likes robots']])
  return { id, notes, deps: { ...site.deps, features: [notesFeature(notes)] } }
}

test('`exportSubscriber` includes what features store about the subscriber', async () => {
  const { deps } = await subscriberWithNote()
  expect(await exportSubscriber(deps, { email: EMAIL })).toMatchObject({ notes: 'likes robots' })
})

test('`eraseSubscriber` erases what features store about the subscriber', async () => {
  const { deps, notes } = await subscriberWithNote()
  await eraseSubscriber(deps, { email: EMAIL })
  expect(notes.size).toBe(0)
})

test('`eraseSubscriber` erases nothing if a feature fails', async () => {
  const { deps, id } = await subscriberWithNote()
  const failing = { name: 'failing', personalData: { erase: () => Promise.reject(new Error('no')) } }
  await expect(eraseSubscriber({ ...deps, features: [failing] }, { email: EMAIL })).rejects.toThrow('no')
  expect(await site.db.subscriber.findUnique({ where: { id } })).toMatchObject({
    address: EMAIL,
    erasedAt: null,
  })
})

test('`prune` reports what features deleted', async () => {
  const { deps } = await subscriberWithNote()
  expect(await prune(deps)).toMatchObject({ notes: 3 })
})
