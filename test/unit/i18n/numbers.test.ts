import { expect, test } from 'vitest'
import { numberText, shortNumber } from '../../../src/i18n/numbers.ts'

test.each([
  [0, '0'],
  [999, '999'],
  [1204, '1,204'],
  [-1204, '-1,204'],
  [1234567, '1,234,567'],
  [1234.5, '1,234.5'],
  [0.1 + 0.2, '0.3'],
])('`numberText` writes %d as %s', (value, text) => {
  expect(numberText(value)).toBe(text)
})

test.each([
  [0.5, '0.5'],
  [42, '42'],
  [999, '999'],
  [1000, '1K'],
  [1234, '1.2K'],
  [12_345, '12K'],
  [999_999, '1M'],
  [3_400_000, '3.4M'],
])('`shortNumber` writes %d as %s', (value, text) => {
  expect(shortNumber(value)).toBe(text)
})
