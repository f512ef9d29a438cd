import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  ARXIV_CATEGORIES,
  isSameCategory,
  oaiSetOf,
  parseCategoryId,
} from '../../../../src/sources/arxiv/categories.ts'
import { noTestData, testData } from '../../../support/test-data.ts'

const taxonomy = testData('arxiv/taxonomy')
const read = (name: string) => JSON.parse(readFileSync(`${taxonomy}/${name}.json`, 'utf8'))

test.each([
  ['cs.CL', true],
  ['hep-th', true],
  ['astro-ph.CO', true],
  ['physics.plasm-ph', true],
  ['cs', false],
  ['cs.cl', false],
  ['cs.XX', false],
  ['cs.CL+cs.LG', false],
  ['cmp-lg', false],
  ['', false],
])('%s: %s', (text, expected) => {
  expect(parseCategoryId(text) === text).toBe(expected)
})

describe('the set of a category', () => {
  test.each([
    ['cs.CL', 'cs:cs:CL'],
    ['stat.ML', 'stat:stat:ML'],
    ['physics.plasm-ph', 'physics:physics:plasm-ph'],
    ['quant-ph', 'physics:quant-ph'],
    ['astro-ph.CO', 'physics:astro-ph:CO'],
    ['math.AG', 'math:math:AG'],
    ['math-ph', 'physics:math-ph'],
    ['q-bio.NC', 'q-bio:q-bio:NC'],
    ['q-fin.EC', 'q-fin:q-fin:EC'],
    ['nlin.CD', 'physics:nlin:CD'],
    ['eess.SY', 'eess:eess:SY'],
    ['econ.GN', 'econ:econ:GN'],
    ['cond-mat.mes-hall', 'physics:cond-mat:mes-hall'],
  ])('%s: %s', (category, set) => {
    expect(oaiSetOf(category)).toBe(set)
  })

  test('is different for each category', () => {
    expect(ARXIV_CATEGORIES).toHaveLength(155)
    expect(new Set(ARXIV_CATEGORIES.map(oaiSetOf)).size).toBe(155)
  })

  // Without arXiv's tables the list above is a sample of them.
  test("is equal to that of arXiv's own tables", ({ skip }) => {
    if (!taxonomy) skip(noTestData('arxiv/taxonomy'))
    const groups = new Map<string, string>(
      read('arXiv_archive_group').map((one: Record<string, string>) => [one.archive_id, one.group_id]),
    )
    const active = read('arXiv_category_def').filter((one: Record<string, unknown>) => one.active)
    const expected = active
      .map(({ category }: Record<string, string>) => [
        category,
        `${groups.get(category!.split('.')[0]!)}:${category!.replace('.', ':')}`,
      ])
      .filter(([category]: [string]) => !category.startsWith('test'))
    expect(ARXIV_CATEGORIES.map((id) => [id, oaiSetOf(id)]).sort()).toEqual(expected.sort())
  })
})

test('a category may have two names', () => {
  expect(isSameCategory('cs.SY', 'eess.SY')).toBe(true)
  expect(isSameCategory('math.MP', 'math-ph')).toBe(true)
  expect(isSameCategory('cs.CL', 'cs.CL')).toBe(true)
  expect(isSameCategory('cs.SY', 'math.ST')).toBe(false)
})
