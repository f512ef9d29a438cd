import { expect, test } from 'vitest'
import { parseQuery } from '../../../../src/queries/language/parse-query.ts'
import { SpaceLearner } from '../../../../src/queries/ranking/learn-space.ts'
import { wordCounts } from '../../../../src/queries/ranking/tf-idf.ts'
import { runToEnd } from '../../../../src/queries/steps.ts'
import { toPaperText } from '../../../../src/queries/text/tokens.ts'
import { DayWindow } from '../../../../src/search/back-test/day-window.ts'
import { synonymHints } from '../../../../src/search/back-test/synonyms.ts'
import { archiveOf } from '../../../support/archive-of.ts'
import { samplePaper } from '../../../support/sample-paper.ts'

const DAY = '2026-11-24'
const titles = [
  ...Array(8).fill('car engine road'),
  ...Array(4).fill('car automobile road'),
  ...Array(3).fill('automobile road engine'),
  // As near as automobile, but mostly without a car, or rare.
  ...Array(2).fill('car petrol road engine'),
  ...Array(6).fill('petrol road engine'),
  'car wheel road',
  'wheel road engine',
  ...Array(20).fill('protein cell gene'),
]
const papers = titles.map((title, i) => samplePaper({ id: i + 1, firstDay: DAY, title, abstract: '' }))
const archive = archiveOf(papers)
const window = new DayWindow(archive, { from: DAY, to: DAY })
const hintsFor = (query: string) => runToEnd(synonymHints(parseQuery(query), window))

test('a topic of one term gets the words of similar papers, once a space is learned', () => {
  expect(hintsFor('car')).toEqual([])
  const learner = new SpaceLearner()
  for (const paper of papers) learner.add(wordCounts(toPaperText(paper)))
  runToEnd(archive.computeVectors(learner.learn({ dimensions: 2, minPapers: 1 })))
  expect(hintsFor('car')).toEqual([
    { way: 'synonym', part: 'automobile', term: 'automobile', papers: 18, query: 'car OR automobile' },
  ])
  // Every other word is more common, and all are in the same papers.
  expect(hintsFor('protein')).toEqual([])
  expect(hintsFor('car OR protein')).toEqual([])
  expect(hintsFor('unknown')).toEqual([])
})
