import { expect, test } from 'vitest'
import { Archive } from '../../../src/queries/archive.ts'
import { PaperIndex } from '../../../src/queries/matching/paper-index.ts'
import { narrowResults } from '../../../src/search/facets.ts'
import { samplePaper } from '../../support/sample-paper.ts'

const index = new PaperIndex()
index.upsert(
  [
    { categories: ['cs.CL', 'cs.LG'], firstDay: '2026-11-03', codeUrl: 'https://code.example/1' },
    { categories: ['cs.LG'], firstDay: '2026-11-20' },
    { categories: ['cs.LG', 'stat.ML'], firstDay: '2026-10-31', codeUrl: 'https://code.example/2' },
    { categories: [], firstDay: '2025-11-03' },
  ].map((facts, i) => samplePaper({ id: i + 1, ...facts })),
)
const archive = new Archive(index)

const parts = (narrowing: Parameters<typeof narrowResults>[2]) => {
  const { left, facets } = narrowResults(archive, archive.all(), narrowing)
  const said = (counts: { value: string; papers: number }[]) =>
    counts.map(({ value, papers }) => `${value} ${papers}`)
  return {
    left: archive.attributesOf(left).map(({ id }) => id),
    categories: said(facets.categories),
    months: said(facets.months),
    code: facets.withCode,
  }
}

test('facets are categories, the largest first, months, the newest first, and papers with code', () => {
  expect(parts({})).toEqual({
    left: [1, 2, 3, 4],
    categories: ['cs.LG 3', 'cs.CL 1', 'stat.ML 1'],
    months: ['2026-11 2', '2026-10 1', '2025-11 1'],
    code: 2,
  })
})

test('a chosen facet narrows the results and the other facets, not its own', () => {
  expect(parts({ category: 'cs.LG' })).toEqual({
    left: [1, 2, 3],
    categories: ['cs.LG 3', 'cs.CL 1', 'stat.ML 1'],
    months: ['2026-11 2', '2026-10 1'],
    code: 2,
  })
  expect(parts({ month: '2026-11', withCode: true })).toEqual({
    left: [1],
    categories: ['cs.CL 1', 'cs.LG 1'],
    months: ['2026-11 1', '2026-10 1'],
    code: 1,
  })
  expect(parts({ category: 'stat.ML', month: '2026-11' }).left).toEqual([])
})

test('codes of other lists are not categories; a whole archive narrows to all of it', () => {
  const coded = new PaperIndex()
  coded.upsert([
    samplePaper({ id: 1, categories: ['cs.CL', '68T50', 'I.2.7; I.2.10'] }),
    samplePaper({ id: 2, categories: ['math.ST'] }),
  ])
  const all = new Archive(coded)
  const { facets } = narrowResults(all, all.all(), {})
  expect(facets.categories.map(({ value }) => value)).toEqual(['cs.CL', 'math.ST'])
  expect(
    all.attributesOf(narrowResults(all, all.all(), { category: 'cs' }).left).map(({ id }) => id),
  ).toEqual([1])
})
