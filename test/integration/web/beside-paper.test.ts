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
import { addPapers } from '../../support/site-papers.ts'

const folder = mkdtempSync(join(tmpdir(), 'beside-paper-'))
const template = join(folder, 'beside.eta')
writeFileSync(template, '<li data-place="<%= it.part.place %>"><%= it.part.title %></li>\n')
afterAll(() => rmSync(folder, { recursive: true }))

const FEATURE: Feature = {
  name: 'beside',
  besidePaper: async () => ({
    template: pathToFileURL(template),
    view: (paper, place) => (paper.votes === 2 ? null : { title: paper.title, place }),
  }),
}

const site = useSite()
let app: FastifyInstance
beforeAll(async () => {
  app = buildServer({ ...site.deps, features: [FEATURE] })
  await app.ready()
})
afterAll(() => app.close())
beforeEach(() => addPapers(site.db))

/** The parts of the feature on a page, by place. */
async function partsOn(url: string): Promise<Record<string, string[]>> {
  await app.papers.refresh()
  const { body } = await app.inject({ url })
  const all = [...body.matchAll(/<li data-place="(\w+)">([^<]*)<\/li>/g)]
  const byPlace = Object.groupBy(all, ([, place]) => place!)
  return Object.fromEntries(
    Object.entries(byPlace).map(([place, found]) => [place, found!.map(([, , title]) => title!)]),
  )
}

test('a part of a feature is beside each lead, card and brief of a list', async () => {
  const records = Array.from({ length: 8 }, (_, i) => sampleRecord({ title: `Brief ${i}`, votes: 1 }))
  await recordListings(site.db, { source: 'huggingface', day: '2026-11-24', records, now: NOW })
  const { list, ...others } = await partsOn('/papers/date/2026-11-24')
  expect(others).toEqual({})
  expect(list).toHaveLength(12)
  expect(list![0]).toMatch(/^A Report/)
  expect(list).toContain('Brief 7')
})

test('a part is beside each search result, unless the feature has none for it', async () => {
  const { list } = await partsOn('/papers?q=attention')
  expect(list).toContain('A Paper with a DOI')
  expect(list).toEqual(expect.not.arrayContaining([expect.stringMatching(/^Strings/)]))
})

test('a part is on the page of a paper, and beside the similar papers', async () => {
  const { page, similar, list } = await partsOn('/papers/2507.06457')
  expect(page).toEqual(['A Systematic Analysis of Hybrid Linear Attention'])
  expect(similar!.length).toBeGreaterThan(0)
  expect(list).toBeUndefined()
})

test('a part is beside each paper of a digest, also of one that was absorbed by another since', async () => {
  await subscribeThroughSite(site, 'ann@reader.example', { topic: 'attention', hour: 8, zone: 'UTC' })
  const records = ['Attention one', 'Attention two'].map((title) => sampleRecord({ title }))
  await recordListings(site.db, { source: 'huggingface', day: '2026-11-24', records, now: NOW })
  site.clock.moveTo(new Date('2026-11-25T08:00:00Z'))
  expect(await planDigests(site.deps)).toMatchObject({ planned: 1 })
  const { id } = await site.db.message.findFirstOrThrow({ where: { kind: 'digest' } })
  const link = { purpose: 'digest' as const, id, epoch: 0, issuedAt: site.clock.now() }
  const path = `/digest/${signLink(link, site.deps.config.APP_SECRET[0]!)}`
  expect((await partsOn(path)).list).toEqual(expect.arrayContaining(['Attention one', 'Attention two']))

  const [one, two] = await site.db.paper.findMany({ where: { title: { startsWith: 'Attention' } } })
  await site.db.paperKey.deleteMany({ where: { paperId: two!.id } })
  await site.db.paperKey.create({ data: { scheme: 'id', value: String(two!.id), paperId: one!.id } })
  await site.db.paper.delete({ where: { id: two!.id } })
  expect((await partsOn(path)).list!.filter((title) => title === one!.title)).toHaveLength(2)
})
