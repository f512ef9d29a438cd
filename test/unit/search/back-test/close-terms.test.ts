import { expect, test } from 'vitest'
import { parseQuery } from '../../../../src/queries/language/parse-query.ts'
import { runToEnd } from '../../../../src/queries/steps.ts'
import { DayWindow } from '../../../../src/search/back-test/day-window.ts'
import { closeTermHints } from '../../../../src/search/back-test/hints.ts'
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
const archive = archiveOf(facts)
archive.usage = usageOf(facts.map((one, i) => samplePaper({ id: i + 1, ...one })))
const window = new DayWindow(archive, { from: DAY, to: DAY })

test.each([
  // Together in 60 papers, as by chance, and never as a phrase.
  ['world models', ['chance', 'spread'], [0, 60]],
  ['deep learning', ['phrase', 'spread'], [0, 120]],
  // By chance too, but each time as a phrase.
  ['robots dance', ['phrase', 'spread'], [40, 40]],
])('the words of %j: %j', (query, ways, papers) => {
  const hints = runToEnd(closeTermHints(parseQuery(query), window))
  expect(hints.map(({ way }) => way)).toEqual(ways)
  expect(hints.map((hint) => hint.papers)).toEqual(papers)
})
