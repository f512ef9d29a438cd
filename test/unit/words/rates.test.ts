import { expect, test } from 'vitest'
import { rateOf } from '../../../src/words/rates.ts'

test.each([
  [11, 14, '11 papers in 14 days'],
  [1, 14, '1 paper in 14 days'],
  [3, 1, '3 papers in 1 day'],
  [0, 14, 'nothing in 14 days'],
])('%i in %i', (total, days, text) => expect(rateOf(total, days)).toBe(text))
