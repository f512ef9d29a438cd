import { afterEach, expect, test } from 'vitest'
import { readConfig } from '../../../../src/config/config.ts'
import { freePort } from '../../../../src/core/database/embedded-postgres.ts'
import { claimTick } from '../../../../src/core/tick.repo.ts'
import { ingestDue } from '../../../../src/papers/ingest.ts'
import { logIn, PASSWORD } from '../../../support/admin.ts'
import { type HuggingFaceServer, startHuggingFaceServer } from '../../../support/hugging-face-server.ts'
import { get, textOf, useSite } from '../../../support/site.ts'

const site = useSite({ ADMIN_PASSWORD: PASSWORD })
let server: HuggingFaceServer | undefined
afterEach(() => server?.close())

const overview = async () => textOf((await (await logIn(site)).get('/admin')).body)
const status = async () => textOf((await get(site, '/status')).body)

test('a source that does not respond is named from its first failure until it responds', async () => {
  const port = await freePort()
  const config = readConfig({ HF_URL: `http://127.0.0.1:${port}` })
  const fetchAt = async (time: string) => {
    site.clock.moveTo(new Date(`2026-11-24T${time}:00Z`))
    await claimTick(site.db, 'minute', site.clock.now())
    await ingestDue({ ...site.deps, config }, { wait: async () => {} })
  }
  await fetchAt('16:40')
  expect(await overview()).toContain(
    'Hugging Face did not answer at 16:40 UTC; the next try is at 16:45 UTC.',
  )
  expect(await status()).toContain('New papers may be late')
  await fetchAt('16:46')
  expect(await overview()).toContain('Hugging Face has not answered since 16:40 UTC.')

  server = await startHuggingFaceServer({ port, folder: 'unused' })
  server.serve(() => [])
  await fetchAt('17:10')
  expect(await overview()).not.toMatch(/Hugging Face (has not|did not|cannot)/)
})
