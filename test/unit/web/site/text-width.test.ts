import { describe, expect, test } from 'vitest'
import { fittingTexts } from '../../../../src/web/site/text-width.ts'

const LINE = { width: 300, fontSize: 10, gap: 10, most: 3 }
const texts = (...all: string[]) => all.map((text) => ({ text }))
const fitting = (words: string[], before: string[] = [], line = LINE) =>
  fittingTexts(texts(...words), texts(...before), line).map(({ text }) => text)

describe('`fittingTexts`', () => {
  test('returns as many texts as are allowed', () => {
    expect(fitting(['a', 'b', 'c', 'd'])).toEqual(['a', 'b', 'c'])
  })

  test('skips a text that does not fit, and returns the next one that does', () => {
    expect(fitting(['a', 'x'.repeat(60), 'b'])).toEqual(['a', 'b'])
  })

  test('returns fewer texts beside others on the line', () => {
    const long = 'x'.repeat(20)
    expect(fitting([long, long])).toEqual([long, long])
    expect(fitting([long, long], [long])).toEqual([long])
    expect(fitting([long], [long, long])).toEqual([])
  })

  test('counts wide letters as wider than narrow ones', () => {
    expect(fitting(['W'.repeat(35)])).toEqual([])
    expect(fitting(['i'.repeat(35)])).toEqual(['i'.repeat(35)])
  })
})
