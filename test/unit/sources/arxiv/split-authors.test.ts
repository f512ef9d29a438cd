import { expect, test } from 'vitest'
import { splitAuthors } from '../../../../src/sources/arxiv/parse-rss.ts'
import { computedMs } from '../../../support/computed-ms.ts'

test.each<[string, string[]]>([
  ['', []],
  ['Ana Li', ['Ana Li']],
  ['Ana Li, Bo Xu', ['Ana Li', 'Bo Xu']],
  ['Ana  Li ,\n  Bo   Xu', ['Ana Li', 'Bo Xu']],
  ['Ana Li (MIT, Cambridge, USA), Bo Xu (IBM)', ['Ana Li', 'Bo Xu']],
  ['Ana Li (MIT (Boston), USA), Bo Xu', ['Ana Li', 'Bo Xu']],
  ['Ana Li (MIT) (IBM), Bo Xu', ['Ana Li', 'Bo Xu']],
  ['Xiaoming (Simon) Wang, Bo Xu', ['Xiaoming (Simon) Wang', 'Bo Xu']],
  ['Ana Li and Bo Xu', ['Ana Li', 'Bo Xu']],
  ['Ana Li, Bo Xu, and Cy Fo', ['Ana Li', 'Bo Xu', 'Cy Fo']],
  ['Ana Li (Arts and Crafts), Alexander Sandoval', ['Ana Li', 'Alexander Sandoval']],
  ['The BIG Collaboration (and 40 others)', ['The BIG Collaboration']],
  ['(The BIG Collaboration)', ['(The BIG Collaboration)']],
  ['Ana Li (MIT, Bo Xu', ['Ana Li (MIT', 'Bo Xu']],
  ['Ana Li) (MIT, Bo Xu', ['Ana Li) (MIT', 'Bo Xu']],
  ["J\\'er\\^ome Petit, S{\\o}ren Li", ["J\\'er\\^ome Petit", 'S{\\o}ren Li']],
  [',, ,', []],
])('%s', (line, names) => {
  expect(splitAuthors(line)).toEqual(names)
})

test('splitAuthors reads the longest real list, and longer ones, in linear time', () => {
  const names = Array.from({ length: 3303 }, (_, i) => `A. B. Author${i} (Place ${i}, Country)`)
  expect(splitAuthors(names.join(', '))).toHaveLength(3303)
  for (const sign of ['(', ')', '()', ' and ', ',', 'a ', 'x () ']) {
    const started = computedMs()
    splitAuthors(`A${sign.repeat(300_000)}`)
    expect({ sign, isSoon: computedMs() - started < 3000 }).toEqual({ sign, isSoon: true })
  }
})
