import { expect, test } from 'vitest'
import { paceOf, rateOf } from '../../../src/words/rates.ts'

test.each([
  [11, 14, '11 papers in 14 days'],
  [1, 14, '1 paper in 14 days'],
  [3, 1, '3 papers in 1 day'],
  [0, 14, 'nothing in 14 days'],
])('%i in %i', (total, days, text) => expect(rateOf(total, days)).toBe(text))

test.each([
  [56, 14, 'about 4 papers a day: 56 papers in 14 days'],
  [14, 14, 'about 1 paper a day: 14 papers in 14 days'],
  [13, 14, 'about 7 papers a week: 13 papers in 14 days'],
  [2, 14, 'about 1 paper a week: 2 papers in 14 days'],
  [1, 14, '1 paper in 14 days'],
  [0, 14, 'nothing in 14 days'],
])('the pace of %i in %i', (total, days, text) => expect(paceOf(total, days)).toBe(text))
