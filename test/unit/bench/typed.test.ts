import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { benchTyped, measureTyped, TYPED } from '../../bench/typed.ts'

const measured = measureTyped()

test('whatever people typed is understood, or refused with a sentence that says what to type', () => {
  expect(measured.rows).toBeGreaterThan(5)
  expect(Object.keys(measured.refused).filter((code) => !code.startsWith('query.'))).toEqual([])
  const { 'query.not-english': foreign = 0, ...others } = measured.refused
  const refused = Object.values(others).reduce((sum, count) => sum + count, 0)
  // Of our own few, some are broken on purpose.
  expect(refused).toBeLessThanOrEqual(measured.topics * (TYPED.includes('fixtures') ? 0.15 : 0.005))
  expect(measured.understood).toBe(measured.topics - foreign - refused)
})

test('most sentences bring something, and none more than five papers a day', () => {
  expect(measured.sentencesWithNothing).toBeLessThanOrEqual(measured.sentences * 0.25)
  expect(measured.sentencesWithTooMuch).toBe(0)
})

test("prints the figures, and with --list the rows that bring nothing; also of the project's own filters", async () => {
  const { text } = await benchTyped([
    '--list',
    '--data',
    resolve(import.meta.dirname, '../../fixtures/filters'),
  ])
  expect(text).toMatch(/^\d+ rows, \d+ topics, over \d+ papers of \d+ days/)
  expect(text).toContain('Nothing came of:')
})
