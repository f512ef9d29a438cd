import { expect, test } from 'vitest'
import { parseQuery } from '../../../../src/queries/language/parse-query.ts'
import { writeTree } from '../../../../src/queries/language/write-query.ts'
import type { Query } from '../../../../src/queries/query.ts'

test.each([
  ['attention', 'attention'],
  ['"linear attention"', '"linear attention"'],
  ['vision-language', 'vision-language'],
  ['linear AND attention', 'linear AND attention'],
  ['linear attention AND kernel', 'linear attention AND kernel'],
  ['linear attention', 'linear attention'],
  ['x NOT (linear attention)', 'x -(linear attention)'],
  ['title:(linear attention) x', 'title:(linear attention) AND x'],
  ['"linear" attention', '"linear" attention'],
  ['linear or sparse', 'linear OR sparse'],
  ['linear attention OR title:sparse', 'linear attention OR title:sparse'],
  ['title:(linear OR "sparse attention") NOT survey', '(title:linear OR title:"sparse attention") -survey'],
  ['attention -(survey OR review)', 'attention -(survey OR review)'],
  [
    'author:"Albert Gu" cat:cs.LG has:code votes>=20 is:revised',
    'author:"Albert Gu" cat:cs.LG has:code votes>=20 is:revised',
  ],
  ['2507.06457', 'paper:2507.06457'],
  ['"AND" attention', '"AND" attention'],
])('%s is written as %s', (query, expected) => {
  expect(writeTree(parseQuery(query))).toBe(expected)
})

test('writeTree does not write what only a sentence can say', () => {
  const tree = parseQuery('How do large language models plan over long horizons with tools?')
  expect(tree.kind).toBe('some')
  expect(writeTree(tree)).toBe(null)
})

test('writeTree does not write what would be too long', () => {
  const words = Array.from(
    { length: 300 },
    (_, i): Query => ({ kind: 'word', field: 'any', text: `word${i}` }),
  )
  expect(writeTree({ kind: 'or', parts: words })).toBe(null)
})
