import { expect, test } from 'vitest'
import { readConfig } from '../../../src/config/config.ts'
import { attributionWithThanks } from '../../../src/digests/attribution.ts'
import { fill, words } from '../../../src/i18n/words.ts'
import { UNCONFIRMED_DAYS } from '../../../src/operator/prune.ts'
import { linkEnd } from '../../../src/subscribers/links.ts'
import { buildServer } from '../../../src/web/server.ts'
import { get, textOf, useSite } from '../../support/site.ts'

const site = useSite()

const textAt = async (url: string, settings: Record<string, string> = {}) => {
  const app = buildServer({ ...site.deps, config: readConfig(settings) })
  const { body } = await get({ ...site, app }, url)
  await app.close()
  return textOf(body)
}

test('the privacy page has the settings and constants of how long data is kept', async () => {
  const issuedAt = new Date('2026-11-24T12:00:00Z')
  const days = (linkEnd({ purpose: 'confirm', issuedAt }).getTime() - issuedAt.getTime()) / 86_400_000
  expect(days).toBe(UNCONFIRMED_DAYS)
  const { howLong, unconfirmed } = words.privacy.subscribing
  const kept = (days: number) => fill(howLong, { days })
  expect(await textAt('/privacy')).toContain(kept(90))
  expect(await textAt('/privacy', { KEEP_DAYS: '45' })).toContain(kept(45))
  expect(await textAt('/privacy')).toContain(fill(unconfirmed, { unconfirmed: UNCONFIRMED_DAYS }))
})

test('every page has the attribution of the sources', async () => {
  for (const path of ['/', '/about', '/privacy', '/status', '/nothing-here'])
    expect(await textAt(path)).toContain(attributionWithThanks(['Hugging Face', 'arXiv']))
})
