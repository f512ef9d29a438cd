import { expect, test } from 'vitest'
import { averagePrecision, mean, measureOrder } from '../../../scripts/bench/order.ts'

test('papers that were labelled as on topic come first, no later than by BM25 over one text', () => {
  const ordered = measureOrder()
  const labelled = ordered.filter(({ onTopic }) => onTopic > 0)
  expect(labelled.length).toBe(12)
  const [ours, bm25, listed] = (['ours', 'bm25', 'listed'] as const).map((by) =>
    mean(labelled.map((one) => one[by])),
  )
  console.log(
    `mean average precision: ${ours!.toFixed(3)}, BM25 ${bm25!.toFixed(3)}, as listed ${listed!.toFixed(3)}`,
  )
  expect(ours).toBeGreaterThan(bm25! - 0.001)
  expect(ours).toBeGreaterThan(2 * listed!)
})

test('average precision is the mean of the precisions at each paper found', () => {
  expect(averagePrecision([1, 2, 3, 4], (place) => place === 1 || place === 4)).toBeCloseTo((1 + 2 / 4) / 2)
  expect(averagePrecision([1, 2], () => false)).toBe(0)
})
