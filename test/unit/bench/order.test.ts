import { expect, test } from 'vitest'
import { averagePrecision, mean, measureOrder } from '../../bench/order.ts'
import { noTestData, testData } from '../../support/test-data.ts'

const labelled = measureOrder().filter(({ onTopic }) => onTopic > 0)
const [ours, bm25, listed] = (['ours', 'bm25', 'listed'] as const).map((by) =>
  mean(labelled.map((one) => one[by])),
) as [number, number, number]

test('papers that were labelled as on topic come first', () => {
  expect(labelled.length).toBe(12)
  console.log(
    `mean average precision: ${ours.toFixed(3)}, BM25 ${bm25.toFixed(3)}, as listed ${listed.toFixed(3)}`,
  )
  expect(ours).toBeGreaterThan(2 * listed)
  // The demo's summaries are shorter than the abstracts in TEST_DATA, which costs 0.01 against BM25.
  expect(ours).toBeGreaterThan(bm25 - 0.015)
})

test('no later than by BM25 over one text', ({ skip }) => {
  if (!testData('seed/papers.json')) skip(noTestData('seed/papers.json'))
  expect(ours).toBeGreaterThan(bm25 - 0.001)
})

test('average precision is the mean of the precisions at each paper found', () => {
  expect(averagePrecision([1, 2, 3, 4], (place) => place === 1 || place === 4)).toBeCloseTo((1 + 2 / 4) / 2)
  expect(averagePrecision([1, 2], () => false)).toBe(0)
})
