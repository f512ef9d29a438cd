import { beforeEach, expect, test } from 'vitest'
import type { Day } from '../../../src/core/dates.ts'
import { longDate } from '../../../src/i18n/dates.ts'
import { counted, fill, words } from '../../../src/i18n/words.ts'
import { recordListings } from '../../../src/papers/listing.repo.ts'
import { dropArchive, readWholeArchive } from '../../../src/search/open-archive.ts'
import { sentence } from '../../support/page-text.ts'
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
  return { text: textOf(body), caching: headers['cache-control'] }
}

test('a search right after a start finds the newest papers while older ones are loaded', async () => {
  const { text, caching } = await search('superconductors')
  expect(text).toContain('Of superconductors and robots')
  expect(text).toContain(counted(1, words.counts.paper))
  expect(text).toContain(fill(words.search.reading, { day: longDate('2026-08-04') }))
  expect(caching).toBe('no-cache')
})

test('a search without a result right after a start does not explain why', async () => {
  const { text } = await search('superconductors -robots')
  expect(text).toContain(words.search.noneYet)
  const { absent, never, without, allowed } = words.search
  for (const reason of [absent, never, without, allowed]) expect(text).not.toMatch(sentence(reason))
})

test('a search finds older papers once they are read', async () => {
  await search('superconductors')
  await readWholeArchive(site.deps)
  const { text, caching } = await search('superconductors')
  expect(text).toContain(counted(2, words.counts.paper))
  expect(text).not.toMatch(sentence(words.search.backTo))
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
