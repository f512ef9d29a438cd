import { expect, test } from 'vitest'
import { readConfig } from '../../../src/config/config.ts'
import { UNCONFIRMED_DAYS } from '../../../src/operator/prune.ts'
import { linkEnd } from '../../../src/subscribers/links.ts'
import { buildServer } from '../../../src/web/server.ts'
import { get, useSite } from '../../support/site.ts'

const site = useSite()

const textAt = async (url: string, settings: Record<string, string> = {}) => {
  const app = buildServer({ ...site.deps, config: readConfig(settings) })
  const { body } = await get({ ...site, app }, url)
  await app.close()
  return body.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')
}

test('the privacy page says how long things are kept as they really are', async () => {
  const issuedAt = new Date('2026-11-24T12:00:00Z')
  const days = (linkEnd({ purpose: 'confirm', issuedAt }).getTime() - issuedAt.getTime()) / 86_400_000
  expect(days).toBe(UNCONFIRMED_DAYS)
  const kept = (days: number) =>
    `We delete digests, emails, forms, changes and new addresses after ${days} days,`
  expect(await textAt('/privacy')).toContain(kept(90))
  expect(await textAt('/privacy', { KEEP_DAYS: '45' })).toContain(kept(45))
  expect(await textAt('/privacy')).toContain(
    `If you never confirm, we delete all of it, your address included, ${UNCONFIRMED_DAYS} days after your last request. Only the code stays for its 180 days.`,
  )
})

test('every page says where the papers are from, and that we belong to neither', async () => {
  for (const path of ['/', '/privacy', '/status', '/nothing-here'])
    expect(await textAt(path)).toMatch(/Papers from Hugging Face and arXiv, not affiliated with either\./)
})
