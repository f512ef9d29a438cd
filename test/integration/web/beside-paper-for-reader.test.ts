import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Feature } from '../../../src/core/feature.ts'
import { planDigests } from '../../../src/digests/plan-digests.ts'
import { recordListings } from '../../../src/papers/listing.repo.ts'
import { signLink } from '../../../src/subscribers/links.ts'
import { buildServer } from '../../../src/web/server.ts'
import { sampleRecord } from '../../support/sample-record.ts'
import { NOW, subscribeThroughSite, useSite } from '../../support/site.ts'

const folder = mkdtempSync(join(tmpdir(), 'beside-paper-'))
afterAll(() => rmSync(folder, { recursive: true }))

function templateOf(name: string, text: string): URL {
  writeFileSync(join(folder, name), text)
  return pathToFileURL(join(folder, name))
}

const SCRIPT = '/notes.js'

const notes: Feature = {
  name: 'notes',
  besidePaper: async () => ({
    template: templateOf('all.eta', '<li class="for-all"></li>\n'),
    script: SCRIPT,
    view: () => ({}),
    forReader: {
      template: templateOf('own.eta', '<li class="own" data-note="<%= it.part.note %>"></li>\n'),
      read: async (_deps, { subscriber, path }, papers) =>
        new Map([...papers.keys()].map((id) => [id, { note: `${subscriber.id} ${path}#${id}` }])),
    },
  }),
}
const metadata: Feature = {
  name: 'metadata',
  besidePaper: async () => ({
    template: templateOf('metadata.eta', '<li class="metadata"></li>\n'),
    view: () => ({}),
  }),
}

const site = useSite()
let app: FastifyInstance
beforeAll(async () => {
  app = buildServer({ ...site.deps, features: [notes, metadata] })
  await app.ready()
})
afterAll(() => app.close())

let digest: { message: string; subscriber: string; paper: number; token: string }
beforeEach(async () => {
  await subscribeThroughSite(site, 'ann@reader.example', { topic: 'attention', hour: 8, zone: 'UTC' })
  const records = [sampleRecord({ title: 'Attention one' })]
  await recordListings(site.db, { source: 'huggingface', day: '2026-11-24', records, now: NOW })
  site.clock.moveTo(new Date('2026-11-25T08:00:00Z'))
  await planDigests(site.deps)
  const { id: message } = await site.db.message.findFirstOrThrow({ where: { kind: 'digest' } })
  const { id: subscriber, epoch } = await site.db.subscriber.findFirstOrThrow()
  const { id: paper } = await site.db.paper.findFirstOrThrow()
  digest = { message, subscriber, paper, token: signed('manage', subscriber, epoch) }
})

const signed = (purpose: 'manage' | 'digest', id: string, epoch = 0) =>
  signLink({ purpose, id, epoch, issuedAt: site.clock.now() }, site.deps.config.APP_SECRET[0]!)

const page = async (url: string) => (await app.inject({ url })).body

test('a reader’s own page of a digest has the parts for that reader', async () => {
  const { message, subscriber, paper, token } = digest
  const html = await page(`/manage/${token}/digest/${message}`)
  expect(html).toContain(`data-note="${subscriber} /digest/${message}#${paper}"`)
  expect(html).not.toContain('class="for-all"')
  expect(html).not.toContain(SCRIPT)
})

test('the page to share has the parts for everyone, and their script', async () => {
  const { headers, body } = await app.inject({ url: `/digest/${signed('digest', digest.message)}` })
  expect(body).toContain('class="for-all"')
  expect(body).not.toContain('class="own"')
  expect(body.match(/<script src="\/notes\.js" defer>/g)).toHaveLength(1)
  expect(headers['content-security-policy']).toContain("script-src 'self'")
})

test('both have the parts of a feature without any for readers', async () => {
  const { message, token } = digest
  expect(await page(`/manage/${token}/digest/${message}`)).toContain('class="metadata"')
  expect(await page(`/digest/${signed('digest', message)}`)).toContain('class="metadata"')
})

test('a page without papers has no script', async () => {
  expect(await page('/about')).not.toContain(SCRIPT)
})
