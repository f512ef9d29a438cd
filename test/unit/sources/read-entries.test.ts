import { expect, test } from 'vitest'
import { parseBoundedJson } from '../../../src/sources/read-entries.ts'

const listOf = (one: string, count: number): string => `[${Array(count).fill(one).join()}]`

test.each([
  ['half of a list', '[{"title":'],
  ['nothing', ''],
  ['lists nested without end', '['.repeat(100_000) + ']'.repeat(100_000)],
  ['a list that is deeper than the most by one', '['.repeat(101) + ']'.repeat(101)],
  ['more objects than any page has', listOf('{}', 200_001)],
])('%s is not a list of entries', (_what, text) => {
  expect(parseBoundedJson(text)).toBeUndefined()
})

test('a list of the largest depth is read', () => {
  expect(parseBoundedJson('['.repeat(100) + ']'.repeat(100))).toBeDefined()
})

test('readEntries reads a page of papers with thousands of authors, and TeX in their texts', () => {
  const paper = `{"title":"${'{x}[y]'.repeat(50)}","authors":${listOf('{"name":"A"}', 3000)}}`
  expect(parseBoundedJson(listOf(paper, 40))).toHaveLength(40)
})
