import { expect, test } from 'vitest'
import { withoutDenials } from '../../../../src/queries/language/sentence-words.ts'

test.each([
  ['models that do not forget', 'models that do     forget'],
  ['papers not about cars', 'papers not about cars'],
  ['"do not forget"', '"do not forget"'],
])('withoutDenials replaces only a "not" that denies with blanks: %s', (text, after) =>
  expect(withoutDenials(text)).toBe(after),
)
