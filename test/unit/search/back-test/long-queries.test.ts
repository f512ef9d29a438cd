import { expect, test, vi } from 'vitest'
import { parseQuery } from '../../../../src/queries/language/parse-query.ts'
import type { Query } from '../../../../src/queries/query.ts'
import { whyEmpty } from '../../../../src/queries/reasons/why-empty.ts'
import { DayWindow } from '../../../../src/search/back-test/day-window.ts'
import { offersOf } from '../../../../src/search/back-test/offers.ts'
import { termCounts } from '../../../../src/search/back-test/term-counts.ts'
import { archiveOf } from '../../../support/archive-of.ts'

const window = new DayWindow(archiveOf([{ title: 'w0 w1' }, { title: 'w2' }]), {
  from: '2026-11-01',
  to: '2026-11-30',
})
const words = (count: number, sign = ''): string[] => Array.from({ length: count }, (_, i) => `${sign}w${i}`)

/** The number of searches for papers. */
function searches(work: () => unknown): number {
  const find = vi.spyOn(window, 'find')
  work()
  const { length } = find.mock.calls
  find.mockRestore()
  return length
}

test('a query of hundreds of terms is tried with 50 changes of each kind', () => {
  const query = words(300).join(' ')
  const tree = parseQuery(query)
  const topic = { query, tree, found: window.find(tree), absent: [], isNarrow: true, most: 15 }
  // Two more: all words, but anywhere in a paper, and as a sentence.
  expect(searches(() => offersOf(topic, window))).toBeLessThanOrEqual(50 + 2)
})

test('50 of 300 words under NOT are counted', () => {
  const query = parseQuery(['alpha', ...words(300, '-')].join(' '))
  expect(searches(() => termCounts(query, window))).toBeLessThanOrEqual(2 + 50)
})

test('the reason why 300 words find nothing takes one count for each, and few more', () => {
  const query = parseQuery(words(300).join(' '))
  let counts = 0
  const none = (absent: number) => (part: Query) => {
    counts++
    return part.kind === 'and' || counts > absent ? 1 : 0
  }
  for (const [absent, most] of [
    [0, 350],
    [1, 301],
    [2, 300],
  ] as const) {
    counts = 0
    whyEmpty(query, none(absent))
    expect(counts).toBeLessThanOrEqual(most)
  }
})
