import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { readConfig } from '../../../../src/config/config.ts'
import { openLog } from '../../../../src/core/log.ts'
import { FEATURES } from '../../../../src/features/index.ts'
import { startService } from '../../../../src/service/service.ts'
import { runCli } from '../../../support/commands.ts'
import { post, textOf, useSite } from '../../../support/site.ts'
import { eventually } from '../../../support/until.ts'

const site = useSite()
let folder: string
const cleanups: (() => Promise<unknown>)[] = []
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'daily-papers-learned-'))
})
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

interface Entry {
  title: string
  summary: string
}

/** Of the first 18 papers, six introduce an acronym, three have its long form, and nine have two words, five side by side. */
const entry = (n: number): Entry => {
  if (n <= 6) return { title: `On paper ${n}`, summary: 'We train a graph neural network (GNN) once.' }
  if (n <= 9) return { title: `On paper ${n}`, summary: 'We train graph neural networks once.' }
  if (n <= 14) return { title: `World models, ${n}`, summary: 'Once.' }
  if (n <= 18) return { title: `Models of the world, ${n}`, summary: 'Once.' }
  return { title: `Robot${n % 10} arm${n % 10}, ${n}`, summary: `Grip${n % 10}.` }
}

/** Runs the command on papers with these numbers. */
async function importPapers(from: number, to: number) {
  const file = join(folder, 'papers.json')
  writeFileSync(file, JSON.stringify(Array.from({ length: to - from + 1 }, (_, i) => entry(from + i))))
  const settings = { DATABASE_URL: site.deps.databaseUrl, CLOCK_NOW: site.clock.now().toISOString() }
  const { code, stderr } = await runCli(['papers', 'import', file], settings)
  return { code, stderr }
}

/** How many papers the preview says that a topic matches. */
async function matched(topic: string): Promise<number> {
  const { body } = await post(site, '/preview', { topic })
  return Number(/(\d+) papers? in 30 days/.exec(textOf(body))?.[1])
}

/** The number of papers that each kind was learned from. */
const learnedFrom = async (): Promise<Record<string, number>> =>
  Object.fromEntries((await site.db.learnedModel.findMany()).map(({ kind, papers }) => [kind, papers]))

const meanings = async () => ({ acronym: await matched('GNN'), term: await matched('world models') })

test('previews know acronyms and terms as soon as 100 papers are imported', async () => {
  await importPapers(1, 99)
  expect(await meanings()).toEqual({ acronym: 6, term: 9 })
  expect(await learnedFrom()).toEqual({})
  await importPapers(100, 120)
  expect(await meanings()).toEqual({ acronym: 9, term: 5 })
})

test('an import learns a space from 300 papers on, and again each time their number doubles', async () => {
  await importPapers(1, 299)
  expect(await learnedFrom()).toEqual({ usage: 299 })
  await importPapers(300, 300)
  expect(await learnedFrom()).toEqual({ usage: 300, space: 300 })
  await importPapers(301, 599)
  expect(await learnedFrom()).toEqual({ usage: 300, space: 300 })
  await importPapers(600, 600)
  expect(await learnedFrom()).toEqual({ usage: 600, space: 600 })
  await importPapers(601, 601)
  expect(await learnedFrom()).toEqual({ usage: 600, space: 600 })
})

test('a service learns when it starts if nothing was learned, and the site uses it at once', async () => {
  await importPapers(1, 99)
  await site.db.$executeRaw`
    insert into paper (title, abstract, authors, categories, keywords, first_day, first_seen, updated_at)
    values ('Another one', 'Once.', '{}', '{}', '{}', '2026-11-24', now(), now())`
  expect(await meanings()).toEqual({ acronym: 6, term: 9 })
  const config = readConfig({ DATABASE_URL: site.deps.databaseUrl })
  const log = openLog('error', { write: () => {} })
  const { stop } = await startService(config, ['schedule', 'worker'], {
    features: FEATURES,
    clock: site.clock,
    log,
  })
  cleanups.push(stop)
  await eventually(async () => (await learnedFrom()).usage)
  expect(await meanings()).toEqual({ acronym: 9, term: 5 })
})

test('papers are imported if learning fails, and are learned from next time', async () => {
  await site.db.$executeRaw`alter table learned_model add constraint full_disk check (papers < 0)`
  cleanups.push(() => site.db.$executeRaw`alter table learned_model drop constraint if exists full_disk`)
  const { code, stderr } = await importPapers(1, 120)
  expect([code, await site.db.paper.count()]).toEqual([0, 120])
  expect(stderr).toContain('archive.not-learned')
  await site.db.$executeRaw`alter table learned_model drop constraint full_disk`
  await importPapers(121, 121)
  expect(await learnedFrom()).toEqual({ usage: 121 })
})
