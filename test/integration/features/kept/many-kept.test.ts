import { expect, test } from 'vitest'
import { get, useSite } from '../../../support/site.ts'
import { listPapers, makeFeeds, pressKeep, readerOf } from './kept-world.ts'

const site = useSite()
const COUNT = 1000
/** Ten times what it takes, for a processor that is shared. */
const MAX_MS = 600

/** Milliseconds of processor time, after the first time, which compiles. */
async function processorMs(path: string): Promise<number> {
  await get(site, path)
  const begun = process.cpuUsage()
  await get(site, path)
  const { user, system } = process.cpuUsage(begun)
  return (user + system) / 1000
}

test('the page and the feed of 1,000 kept papers show a bounded part of them, the export all', async () => {
  const reader = await readerOf(site)
  await pressKeep(site, reader, reader.papers[0]!)
  const titles = Array.from({ length: COUNT - 1 }, (_, n) => `Attention number ${n}`)
  await listPapers(site, '2026-11-25', titles)
  const papers = await site.db.paper.findMany({ where: { id: { not: reader.papers[0]! } } })
  const data = papers.slice(0, COUNT - 1).map(({ id }) => ({
    subscriberId: reader.subscriber,
    paperId: id,
    at: site.clock.now(),
    why: { reason: { kind: 'match', found: { title: ['attention'] } } },
  }))
  await site.db.keptPaper.createMany({ data, skipDuplicates: true })
  const { kept, keptFeed } = await makeFeeds(site, reader)
  const page = await get(site, kept!)
  expect(page.body.match(/<article class="paper card">/g)).toHaveLength(50)
  expect(page.body).toContain(`${kept}?page=2`)
  expect((await get(site, `${kept}?page=20`)).body.match(/<article/g)).toHaveLength(50)
  const feed = await get(site, `${keptFeed}.json`)
  expect(JSON.parse(feed.body).items).toHaveLength(100)
  expect((await get(site, `${kept}.bib`)).body.match(/^@misc/gm)).toHaveLength(COUNT)
  const took = {
    page: await processorMs(kept!),
    atom: await processorMs(`${keptFeed}.xml`),
    json: await processorMs(`${keptFeed}.json`),
    bib: await processorMs(`${kept}.bib`),
    digest: await processorMs(`${reader.manage}/digest/${reader.digest}`),
  }
  console.log(`1,000 kept papers, ms of processor time: ${JSON.stringify(took)}`)
  for (const [what, ms] of Object.entries(took)) expect([what, ms < MAX_MS]).toEqual([what, true])
}, 120_000)
