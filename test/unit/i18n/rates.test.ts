import { expect, test } from 'vitest'
import { rateOf } from '../../../src/i18n/words.ts'

test.each([
  [11, 30, '11 papers in 30 days'],
  [1, 30, '1 paper in 30 days'],
  [3, 1, '3 papers in 1 day'],
  [0, 30, 'nothing in 30 days'],
])('the rate of %i papers in %i days is %s', (total, days, text) => expect(rateOf(total, days)).toBe(text))
