import { expect, test } from 'vitest'
import { measureTyped, TYPED } from '../../../support/accuracy/typed.ts'

const measured = measureTyped()

test('parseQuery reads nearly every filter that people typed, and refuses the others with a query code', () => {
  expect(measured.rows).toBeGreaterThan(5)
  expect(Object.keys(measured.refused).filter((code) => !code.startsWith('query.'))).toEqual([])
  const { 'query.not-english': notEnglish = 0, ...others } = measured.refused
  const refused = Object.values(others).reduce((sum, count) => sum + count, 0)
  // Some of the project's own few filters are broken on purpose.
  expect(refused).toBeLessThanOrEqual(measured.topics * (TYPED.includes('fixtures') ? 0.15 : 0.005))
  expect(measured.understood).toBe(measured.topics - notEnglish - refused)
})

test('three of four typed sentences match a paper, and none matches more than five papers a day', () => {
  expect(measured.sentencesWithNothing).toBeLessThanOrEqual(measured.sentences * 0.25)
  expect(measured.sentencesWithTooMuch).toBe(0)
})
