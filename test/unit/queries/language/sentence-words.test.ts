import { expect, test } from 'vitest'
import { mayBeForeign, withoutDenials } from '../../../../src/queries/language/sentence-words.ts'

test.each([
  ['models that do not forget', 'models that do     forget'],
  ['papers not about cars', 'papers not about cars'],
  ['"do not forget"', '"do not forget"'],
])('withoutDenials replaces only a "not" that denies with blanks: %s', (text, after) =>
  expect(withoutDenials(text)).toBe(after),
)

test.each([
  ['Verstärkungslernen', true],
  ['apprentissage par renforcement', true],
  ['modelos para el aprendizaje', true],
  ['apprentissage profondément', true],
  ['Müller', false],
  ['müller', false],
  ['parallel policy learning', false],
  ['MIT DES attack on π0', false],
])('mayBeForeign finds signs of another language: %s', (text, is) => expect(mayBeForeign(text)).toBe(is))
