import { beforeEach, expect, test } from 'vitest'
import type { Day } from '../../../src/core/dates.ts'
import { recordListings } from '../../../src/papers/listing.repo.ts'
import { dropArchive, readWholeArchive } from '../../../src/search/open-archive.ts'
import { sampleRecord } from '../../support/sample-record.ts'
import { get, textOf, useSite } from '../../support/site.ts'

const site = useSite()
/** More than are read before the first search. */
const OLD_PAPERS = 4500

const list = (day: Day, titles: string[]) =>
  recordListings(site.db, {
    source: 'huggingface',
    day,
    records: titles.map((title) => sampleRecord({ title })),
    now: site.clock.now(),
  })

beforeEach(async () => {
  await list('2026-08-03', ['Superconductors'])
  await list(
    '2026-08-04',
    Array.from({ length: OLD_PAPERS }, (_, i) => `Robots, part ${i}`),
  )
  await list('2026-11-23', ['Of superconductors and robots'])
  // As after a start.
  dropArchive(site.db)
})

const search = async (query: string) => {
  const { body, headers } = await get(site, `/papers?${new URLSearchParams({ q: query })}`)
  return { says: textOf(body), caching: headers['cache-control'] }
}

test('a search right after a start finds the newest papers, and says that older ones are being loaded', async () => {
  const { says, caching } = await search('superconductors')
  expect(says).toContain('Of superconductors and robots')
  expect(says).toContain('1 paper')
  expect(says).toContain('Searched back to Tuesday 4 August 2026 so far. Older papers are being loaded')
  expect(caching).toBe('no-cache')
})

test('a search right after a start that finds nothing claims nothing about older papers', async () => {
  const { says } = await search('superconductors -robots')
  expect(says).toContain('No papers so far')
  expect(says).not.toMatch(/No papers [^s]|never in the same paper|No paper here|Leaving out|Allowing/)
})

test('a search finds older papers as soon as they are read, without a note', async () => {
  await search('superconductors')
  await readWholeArchive(site.deps)
  const { says, caching } = await search('superconductors')
  expect(says).toContain('2 papers')
  expect(says).not.toContain('Searched back')
  expect(caching).toBe('public, max-age=60')
})

test('a feed and a paper page are not cached before all papers are read', async () => {
  const caching = async (path: string) => (await get(site, path)).headers['cache-control']
  const { body } = await get(site, '/papers?q=superconductors')
  const [, paper = ''] = /href="(\/papers\/(?!date|week|month|trending)[^"?]+)"/.exec(body) ?? []
  for (const path of ['/feed.xml?q=superconductors', paper]) {
    dropArchive(site.db)
    expect(await caching(path)).toBe('no-cache')
    await readWholeArchive(site.deps)
    expect(await caching(path)).toBe('public, max-age=60')
  }
})
