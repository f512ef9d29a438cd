import { expect, test } from 'vitest'
import { mean, measureOrder } from '../../../support/accuracy/order.ts'
import { noTestData, testData } from '../../../support/test-data.ts'

const queries = measureOrder().filter(({ onTopic }) => onTopic > 0)
/** The mean average precision of an order of papers. */
const precisionOf = (order: 'ours' | 'bm25' | 'listed') => mean(queries.map((query) => query[order]))

test('rankByWords puts papers that were labelled as on topic first', () => {
  expect(queries.length).toBe(12)
  expect(precisionOf('ours')).toBeGreaterThan(2 * precisionOf('listed'))
  // The demo's summaries are shorter than the abstracts in TEST_DATA, which costs 0.01 against BM25.
  expect(precisionOf('ours')).toBeGreaterThan(precisionOf('bm25') - 0.015)
})

test('rankByWords orders whole abstracts at least as well as BM25 over one text', ({ skip }) => {
  if (!testData('seed/papers.json')) skip(noTestData('seed/papers.json'))
  expect(precisionOf('ours')).toBeGreaterThan(precisionOf('bm25') - 0.001)
})
