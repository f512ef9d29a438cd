import { expect, test } from 'vitest'
import { parseQuery } from '../../../../src/queries/language/parse-query.ts'
import { DayWindow, overlaps } from '../../../../src/search/back-test/day-window.ts'
import { termCounts } from '../../../../src/search/back-test/term-counts.ts'
import { archiveOf } from '../../../support/archive-of.ts'

const titles = ['alpha beta', 'alpha gamma', 'beta gamma', 'alpha survey', 'delta survey', 'alpha beta']
const archive = archiveOf([
  ...titles.map((title) => ({ title })),
  { title: 'alpha', firstDay: '2026-01-01' },
  { title: 'alpha', onlyRevised: true, revisedDay: '2026-11-24' },
])
const window = new DayWindow(archive, { from: '2026-11-01', to: '2026-11-30' })

const counts = (query: string) =>
  termCounts(parseQuery(query), window).map(({ term, papers, share, isUnwanted }) => {
    return `${term}: ${isUnwanted ? 'takes away ' : ''}${papers}${share === null ? '' : ` of ${papers / share}`}`
  })

test.each([
  ['alpha', ['alpha: 4 of 6']],
  ['alpha beta', ['alpha: 4 of 6', 'beta: 3 of 6']],
  ['alpha or "beta gamma"', ['alpha: 4 of 6', '"beta gamma": 1 of 6']],
  ['title:gamma (alpha or alpha)', ['title:gamma: 2 of 6', 'alpha: 4 of 6']],
  ['alpha -survey', ['alpha: 4 of 6', '-survey: takes away 1']],
  ['alpha -(survey or gamma)', ['alpha: 4 of 6', '-(survey OR gamma): takes away 2']],
  ['delta or (alpha -survey)', ['delta: 1 of 6', 'alpha: 4 of 6', '-survey: takes away 1']],
  ['alpha is:revised', ['alpha: 4 of 6', 'is:revised: 1']],
  [
    'How do alpha, beta and gamma agents plan over time?',
    [
      'alpha: 4 of 6',
      'beta: 3 of 6',
      'gamma: 2 of 6',
      'agents: 0 of NaN',
      'plan: 0 of NaN',
      'time: 0 of NaN',
    ],
  ],
])('the terms of %s match, each without the others, %j', (query, expected) =>
  expect(counts(query)).toEqual(expected),
)

test('overlaps counts papers that other topics match too, the most first', () => {
  const others = ['gamma', 'xylophone', 'beta', 'alpha beta', 'is:revised'].map((name) => ({
    name,
    found: window.find(parseQuery(name)),
  }))
  expect(overlaps(window.find(parseQuery('alpha')), others)).toEqual([
    { topic: 'beta', papers: 2 },
    { topic: 'alpha beta', papers: 2 },
    { topic: 'gamma', papers: 1 },
  ])
})
