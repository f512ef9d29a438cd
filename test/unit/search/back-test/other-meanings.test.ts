import { expect, test } from 'vitest'
import { parseQuery } from '../../../../src/queries/language/parse-query.ts'
import { runToEnd } from '../../../../src/queries/steps.ts'
import { DayWindow } from '../../../../src/search/back-test/day-window.ts'
import { otherMeanings } from '../../../../src/search/back-test/other-meanings.ts'
import { archiveOf } from '../../../support/archive-of.ts'
import { samplePaper } from '../../../support/sample-paper.ts'
import { usageOf } from '../../../support/usage-of.ts'

const DAY = '2026-11-24'

/** In half of the papers each, independently: world and models; in the same half: deep and learning. */
const abstractOf = (i: number): string =>
  [
    i % 2 === 0 ? 'The world.' : '',
    i % 4 < 2 ? 'Some models.' : '',
    i % 4 < 2 ? 'Learning deep.' : '',
    i % 3 === 0 ? 'Many robots' : '',
    i % 2 === 0 ? 'dance.' : '',
  ].join(' ')
const facts = Array.from({ length: 240 }, (_, i) => ({ firstDay: DAY, title: 'x', abstract: abstractOf(i) }))
const byApple = {
  firstDay: DAY,
  title: 'y',
  abstract: 'Of phones.',
  organization: 'Apple',
  authors: ['Tim Cook'],
}
const archive = archiveOf([...facts, byApple, { ...byApple, title: 'Robots that pick an apple' }])
archive.usage = usageOf(facts.map((one, i) => samplePaper({ id: i + 1, ...one })))
const window = new DayWindow(archive, { from: DAY, to: DAY })

test.each([
  // Together in 60 papers, as by chance, and never as a phrase.
  ['world models', ['chance', 'spread'], [0, 60]],
  ['deep learning', ['phrase', 'spread'], [0, 120]],
  // The same for an AND, beside other parts too; its words may be anywhere already.
  ['world AND models', ['chance'], [0]],
  ['(world AND models) -dance', ['chance'], [0]],
  ['deep AND learning', [], []],
  ['world AND models AND robots', [], []],
  ['"world" AND models', [], []],
  // By chance too, but each time as a phrase.
  ['robots dance', ['phrase', 'spread'], [40, 40]],
])('the words of %j: %j', (query, ways, papers) => {
  const hints = runToEnd(otherMeanings(parseQuery(query), window))
  expect(hints.map(({ way }) => way)).toEqual(ways)
  expect(hints.map((hint) => hint.papers)).toEqual(papers)
})

test('the long form of an acronym is a phrase already', () => {
  const abstract = 'World models (WM) help.'
  const papers = Array.from({ length: 20 }, (_, i) => samplePaper({ id: i + 1, firstDay: DAY, abstract }))
  const known = archiveOf(papers)
  known.usage = usageOf(papers)
  const within = new DayWindow(known, { from: DAY, to: DAY })
  expect(runToEnd(otherMeanings(parseQuery('world models'), within))).toEqual([])
  expect(runToEnd(otherMeanings(parseQuery('models help'), within))).toHaveLength(2)
})

test.each([
  ['apple', '"apple"', 1],
  ['apple OR robots', '"apple" OR robots', 81],
  ['phones apple', '"phones" "apple"', 1],
  ['phones OR vision -apple', undefined, undefined],
  // No paper, or each one, matches by a name.
  ['"apple"', undefined, undefined],
  ['abstract:apple', undefined, undefined],
  ['tim cook', undefined, undefined],
])('%j without names: %j, %j papers', (query, expected, papers) => {
  const hint = runToEnd(otherMeanings(parseQuery(query), window)).find(({ way }) => way === 'text')
  expect([hint?.query, hint?.papers]).toEqual([expected, papers])
})
