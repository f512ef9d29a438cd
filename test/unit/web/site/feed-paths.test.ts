import { expect, test } from 'vitest'
import { feedPath, subscribePath } from '../../../../src/web/site/search-paths.ts'

test('a feed exists in both formats, for all papers and for a query', () => {
  expect([feedPath('xml'), feedPath('json')]).toEqual(['/feed.xml', '/feed.json'])
  expect(feedPath('xml', '"a b" & c=d')).toBe('/feed.xml?q=%22a+b%22+%26+c%3Dd')
})

test('the form has the topics filled in', () => {
  expect(subscribePath([])).toBe('/subscribe')
  const path = subscribePath(['C++ & "x y"', 'author:Gu'])
  expect(new URL(path, 'https://papers.example').searchParams.getAll('topic')).toEqual([
    'C++ & "x y"',
    'author:Gu',
  ])
})
