import { expect, test } from 'vitest'
import { readSearchParams, searchFields, searchPath } from '../../../../src/web/site/search-paths.ts'

const asked = (path: string) =>
  readSearchParams(
    searchFields.parse(Object.fromEntries(new URL(path, 'https://papers.example').searchParams)),
  )

test.each([
  ['/papers?q=linear+attention', { query: 'linear attention', order: 'best', selection: {}, page: 1 }],
  [
    '/papers?q=mmba&exact=1&sort=votes',
    { query: 'mmba', exact: true, order: 'votes', selection: {}, page: 1 },
  ],
  [
    '/papers?q=%22a+b%22+%26+C%2B%2B&sort=newest&cat=cs.LG&month=2026-11&code=1&page=3',
    {
      query: '"a b" & C++',
      order: 'newest',
      selection: { category: 'cs.LG', month: '2026-11', withCode: true },
      page: 3,
    },
  ],
] as const)('%s says all that was asked, and is written so', (path, search) => {
  expect(asked(path)).toEqual(search)
  expect(searchPath(search)).toBe(path)
})

test('what an address cannot mean is left out', () => {
  const { selection, order } = asked('/papers?q=a&sort=oldest&exact=yes&cat=kitchen&month=2026-13&code=yes')!
  expect([selection, order]).toEqual([{}, 'best'])
  expect(asked('/papers?q=a&cat=CS.lg')!.selection).toEqual({ category: 'cs.LG' })
  expect(readSearchParams(searchFields.parse({ q: ['first', 'second'] }))!.query).toBe('first')
})

test('nothing typed is no search', () => {
  for (const q of [undefined, '', '  ', []])
    expect([q, readSearchParams(searchFields.parse({ q }))]).toEqual([q, null])
  expect(searchPath({})).toBe('/papers')
})

test.each(['0', '-1', 'two', '1e1', ''])('page %j is invalid', (page) => {
  expect(() => readSearchParams(searchFields.parse({ q: 'a', page }))).toThrow(
    'These results have no such page',
  )
})
