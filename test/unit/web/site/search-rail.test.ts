import { expect, test } from 'vitest'
import { words } from '../../../../src/i18n/words.ts'
import type { SearchedArchive } from '../../../../src/search/search-archive.ts'
import type { SearchParams } from '../../../../src/web/site/search-paths.ts'
import { searchRail } from '../../../../src/web/site/search-rail.ts'

const search = (narrowing: SearchParams['selection'] = {}): SearchParams => ({
  query: 'mamba',
  order: 'newest',
  selection: narrowing,
  page: 4,
})

const counts = (...values: string[]) => values.map((value, i) => ({ value, papers: 50 - i }))
const facets = {
  categories: counts('cs.LG', ...Array.from({ length: 11 }, (_, n) => `math.X${n}`)),
  months: counts('2026-11', '2026-10'),
  withCode: 7,
}

const railOf = (params: SearchParams, searched: Partial<SearchedArchive>) => {
  const empty = { all: 60, count: 60, facets, found: [], narrower: [], named: [] }
  const { blocks, months } = searchRail(params, { ...empty, ...searched } as unknown as SearchedArchive)
  return { blocks: new Map(blocks.map((block) => [block.id, block])), months }
}

test('`searchRail` links each filter to the first page of its results', () => {
  const { blocks, months } = railOf(search(), {})
  expect([...blocks].map(([id, { links, more }]) => [id, links.length, more.length])).toEqual([
    ['rail-order', 2, 0],
    ['rail-only', 1, 0],
    ['rail-category', 8, 4],
  ])
  expect(blocks.get('rail-category')!.links[0]).toMatchObject({
    text: 'cs.LG',
    papers: 50,
    path: '/papers?q=mamba&sort=newest&cat=cs.LG',
    chosen: false,
  })
  expect(months!.links.map(({ path }) => path)).toEqual([
    '/papers?q=mamba&sort=newest&month=2026-11',
    '/papers?q=mamba&sort=newest&month=2026-10',
  ])
  expect(blocks.get('rail-only')!.links[0]!.path).toBe('/papers?q=mamba&sort=newest&code=1')
})

test('`searchRail` keeps a chosen filter, whose link removes it, and others of its kind replace it', () => {
  const chosen = search({ category: 'math.X10', withCode: true })
  const { blocks } = railOf(chosen, { count: 40 })
  const [category, only] = [blocks.get('rail-category')!, blocks.get('rail-only')!]
  expect(category.links.at(-1)).toMatchObject({
    text: 'math.X10',
    chosen: true,
    isRemoved: true,
    path: '/papers?q=mamba&sort=newest&code=1',
  })
  expect(category.links[0]).toMatchObject({
    papers: 50,
    path: '/papers?q=mamba&sort=newest&cat=cs.LG&code=1',
  })
  expect(only.links).toMatchObject([
    { papers: 7, chosen: true, isRemoved: true, path: '/papers?q=mamba&sort=newest&cat=math.X10' },
  ])
})

test('`searchRail` offers no filter with all papers or none', () => {
  const oneMonth = { categories: [], months: counts('2026-11'), withCode: 0 }
  const { blocks, months } = railOf(search(), { all: 50, count: 50, facets: oneMonth })
  expect([...blocks.keys(), months]).toEqual(['rail-order', null])
  const none = { categories: [], months: [], withCode: 0 }
  const chosen = railOf(search({ month: '2026-01' }), { all: 0, count: 0, facets: none })
  expect(chosen.blocks.size).toBe(0)
  expect(chosen.months!.links).toMatchObject([{ papers: 0, chosen: true }])
})

test('`searchRail` draws a bar for each month from the first to the last, also for one without papers', () => {
  const months = counts('2026-11', '2026-08')
  const { strip } = railOf(search(), { facets: { ...facets, months } }).months!
  expect(strip!.bars.map(({ step }) => step)).toEqual([10, 0, 0, 10])
  expect(
    railOf(search(), { facets: { ...facets, months: counts('2026-11', '2024-11') } }).months!.strip!.bars,
  ).toHaveLength(12)
})

test('`searchRail` lists names and narrower queries with fewer papers', () => {
  const { blocks } = railOf(search(), {
    all: 9,
    narrower: [{ kind: 'title', query: 'title:mamba', papers: 4 }],
    named: [
      { query: 'author:mamba', part: 'the author mamba', papers: 2 },
      { query: 'org:mamba', part: 'the organization mamba', papers: 9 },
    ],
  })
  const links = blocks.get('rail-only')!.links.map(({ path, papers }) => [path, papers])
  expect(links).toEqual([
    ['/papers?q=mamba&sort=newest&code=1', 7],
    ['/papers?q=title:mamba', 4],
    ['/papers?q=author:mamba', 2],
  ])
})

test('`searchRail` orders by votes where papers have some', () => {
  const found = [{ paper: { votes: 3 }, reason: null }] as unknown as SearchedArchive['found']
  const orders = railOf(search(), { found }).blocks.get('rail-order')!.links
  expect(orders.map(({ text, chosen }) => [text, chosen])).toEqual([
    [words.search.orders.best, false],
    [words.search.orders.newest, true],
    [words.search.orders.votes, false],
  ])
})
