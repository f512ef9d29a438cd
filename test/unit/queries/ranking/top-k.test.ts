import fc from 'fast-check'
import { expect, test } from 'vitest'
import { topK } from '../../../../src/queries/ranking/ranker.ts'

test('topK returns the first few of the whole order', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 600 }), fc.nat(60), (values, most) => {
      const compare = (a: number, b: number) => values[a]! - values[b]! || a - b
      const all = [...values.keys()].sort(compare)
      expect(topK(values.length, most, compare)).toEqual(all.slice(0, most))
    }),
  )
})
