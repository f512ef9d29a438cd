import { expect, test } from 'vitest'
import type { Paper } from '../../../../src/papers/paper.ts'
import type { Archive } from '../../../../src/queries/archive.ts'
import { parseQuery } from '../../../../src/queries/language/parse-query.ts'
import { topicOf } from '../../../../src/queries/ranking/closeness.ts'
import { bestMatches, nearMisses, rankMatches } from '../../../../src/queries/ranking/rank-matches.ts'
import { archiveOf } from '../../../support/archive-of.ts'
import { CARS_AND_CELLS } from '../../../support/learned-space.ts'

/** With a space of cars and cells. */
const archiveWith = (papers: readonly Partial<Paper>[]) => archiveOf(papers, { space: CARS_AND_CELLS })

function best(archive: Archive, text: string, limit?: number): number[] {
  const query = parseQuery(text)
  return bestMatches(archive, query, archive.find(query), limit)
}

const PAPERS: Partial<Paper>[] = [
  { title: 'protein gene cell', abstract: 'A car.', votes: 900 },
  { title: 'automobile car', abstract: 'engine road' },
  { title: 'Car: car, car', abstract: 'protein gene cell protein gene cell' },
  { title: 'protein gene' },
]

test('rankMatches puts papers about the subject before those that only contain its words', () => {
  expect(best(archiveWith(PAPERS), 'car')).toEqual([2, 3, 1])
  expect(best(archiveWith(PAPERS), 'car', 2)).toEqual([2, 3])
})

test('rankMatches puts the newest of equally close papers first', () => {
  const title = 'car engine'
  const papers = [{ firstDay: '2026-11-02' }, { firstDay: '2026-11-04' }, { firstDay: '2026-11-03' }]
  expect(best(archiveWith(papers.map((one) => ({ title, ...one }))), 'car')).toEqual([2, 3, 1])
})

test.each([
  ['without a space', 'car', undefined],
  ['if the space knows no word of the query', 'zeolite', CARS_AND_CELLS],
])('%s, rankMatches orders by words', (_, word, space) => {
  const papers = PAPERS.map(({ title, abstract = '', ...facts }) => ({
    ...facts,
    title: title!.replaceAll(/car/gi, word),
    abstract: abstract.replaceAll(/car/gi, word),
  }))
  const archive = archiveOf(papers, { space })
  expect(best(archive, word)).toEqual([3, 2, 1])
})

test('closeness is comparable between queries; a query without words has none', () => {
  const archive = archiveWith(PAPERS)
  const closenessOf = (text: string) => {
    const query = parseQuery(text)
    const matches = archive.find(query)
    return rankMatches(archive, query, { matches, topic: topicOf(archive, query) }).closeness
  }
  const closeness = [...closenessOf('car')!]
  expect(closeness.every((value) => value >= 0 && value <= 1)).toBe(true)
  expect(closeness).toEqual(closeness.toSorted((a, b) => b - a))
  expect(closenessOf('votes>=100')).toBeNull()
})

test('rankMatches counts a word that is only in the keywords', () => {
  const keywords = ['car']
  const archive = archiveWith([
    { title: 'protein gene cell', abstract: 'A car.' },
    { title: 'engine road', keywords },
  ])
  expect(best(archive, 'car')).toEqual([2, 1])
})

test('rankMatches counts papers about the subject with some of the words as closest', () => {
  const near = (archive: Archive, text: string) => nearMisses(archive, parseQuery(text), { limit: 3 })
  expect(near(archiveWith(PAPERS), '"car automobile"')).toEqual([2, 3, 1])
  expect(near(archiveWith(PAPERS), 'votes>=1000')).toEqual([1, 4, 3])
})
