import { expect, test } from 'vitest'
import type { Paper } from '../../../../src/papers/paper.ts'
import { parseQuery } from '../../../../src/queries/language/parse-query.ts'
import { PaperIndex } from '../../../../src/queries/matching/paper-index.ts'
import { QuerySet } from '../../../../src/queries/matching/query-set.ts'
import { rankByWords } from '../../../../src/queries/ranking/ranker.ts'
import { samplePaper } from '../../../support/sample-paper.ts'

const FILLER = 'We look at many things and tell of all that was found in them.'

/** Papers with other papers around, so that no word stands everywhere. */
function order(query: string, papers: Partial<Paper>[]): number[] {
  const others = Array.from({ length: 20 }, (_, i) =>
    samplePaper({ id: 100 + i, title: `Other ${i}`, abstract: FILLER }),
  )
  const index = new PaperIndex()
  index.upsert([
    ...papers.map((paper, i) => samplePaper({ id: i + 1, abstract: FILLER, ...paper })),
    ...others,
  ])
  const tree = parseQuery(query)
  const set = new QuerySet(index)
  const docIds = rankByWords(index, tree, set.matches(set.add(tree)))
  return [...docIds].map((slot) => index.attributes(slot).id)
}

const about = (text: string, more: Partial<Paper> = {}): Partial<Paper> => ({
  abstract: `${FILLER} ${text}`,
  ...more,
})

test('rankByWords puts a paper that repeats a word before one that has it once', () => {
  expect(order('attention', [about('Attention.'), about('Attention on attention, by attention.')])).toEqual([
    2, 1,
  ])
})

test('rankByWords counts a word in the title more', () => {
  expect(order('attention', [about('Attention.'), { title: 'Attention' }])).toEqual([2, 1])
})

test('rankByWords counts a rare word more than a common one', () => {
  const papers = [about('Robots.'), about('Robots.'), about('Robots.'), about('Robots.'), about('Quantum.')]
  expect(order('robots OR quantum', papers)[0]).toBe(5)
})

test('rankByWords counts words more that are adjacent as in the query', () => {
  const apart = about('Attention is all; nothing is linear here.')
  const beside = about('Here linear attention is nothing of all.')
  expect(order('linear attention', [apart, beside])).toEqual([2, 1])
})

test('rankByWords does not count terms under NOT', () => {
  expect(order('attention -robots', [about('Attention.'), about('Attention attention.')])).toEqual([2, 1])
})

test('rankByWords orders similar papers by votes, and does not lower those of a source without votes', () => {
  const papers = [
    about('Attention.', { votes: 0 }),
    about('Attention.', { votes: null }),
    about('Attention.', { votes: 90 }),
  ]
  expect(order('attention', papers)).toEqual([3, 2, 1])
  const better = about('Attention on attention, by attention.', { votes: null })
  expect(order('attention', [...papers, better])[0]).toBe(4)
})

test('rankByWords puts the newer one of equal papers first', () => {
  const days = ['2026-11-22', '2026-11-24', '2026-11-23']
  expect(
    order(
      'attention',
      days.map((firstDay) => about('Attention.', { firstDay })),
    ),
  ).toEqual([2, 3, 1])
})

test('rankByWords orders by votes if a query has no words', () => {
  const papers = [1, 30, 7].map((votes) => about('', { categories: ['cs.CL'], votes }))
  expect(order('cat:cs.CL', papers)).toEqual([2, 3, 1])
})

test('rankByWords counts an author in the query besides words', () => {
  const papers = [about('Attention.'), about('Robots.', { authors: ['Albert Gu'] })]
  expect(order('attention OR author:"Albert Gu"', papers)).toHaveLength(2)
})
