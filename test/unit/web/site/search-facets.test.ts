import { expect, test } from 'vitest'
import { facetViews, type SearchParams } from '../../../../src/web/site/search-paths.ts'

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

test('each part leads to the first page of the results that it holds', () => {
  const views = facetViews(search(), { facets, count: 60 })
  expect(views.map(({ label, items, more }) => [label, items.length, more.length])).toEqual([
    ['Category', 8, 4],
    ['Month', 2, 0],
    ['Code', 1, 0],
  ])
  expect(views[0]!.items[0]).toEqual({
    text: 'cs.LG',
    papers: 50,
    path: '/papers?q=mamba&sort=newest&cat=cs.LG',
    chosen: false,
  })
  expect(views[1]!.items[0]!.text).toBe('Nov 2026')
  expect(views[2]!.items[0]!.path).toBe('/papers?q=mamba&sort=newest&code=1')
})

test('a chosen facet stays visible, its link removes it, and others of its kind replace it', () => {
  const chosen = search({ category: 'math.X10', withCode: true })
  const views = facetViews(chosen, { facets, count: 40 })
  const [category, code] = [views[0], views.at(-1)]
  expect(category!.items.at(-1)).toMatchObject({
    text: 'math.X10',
    chosen: true,
    path: '/papers?q=mamba&sort=newest&code=1',
  })
  expect(category!.items[0]).toMatchObject({
    papers: 50,
    path: '/papers?q=mamba&sort=newest&cat=cs.LG&code=1',
  })
  expect(code!.items).toEqual([
    { text: 'with code', papers: 7, chosen: true, path: '/papers?q=mamba&sort=newest&cat=math.X10' },
  ])
})

test('a facet with all papers or none is not offered', () => {
  expect(
    facetViews(search(), { facets: { categories: [], months: counts('2026-11'), withCode: 0 }, count: 50 }),
  ).toEqual([])
  const [month] = facetViews(search({ month: '2026-01' }), {
    facets: { categories: [], months: [], withCode: 0 },
    count: 0,
  })
  expect(month!.items).toMatchObject([{ text: 'Jan 2026', papers: 0, chosen: true }])
})
