import { expect, test } from 'vitest'
import { parseQuery } from '../../../../src/queries/language/parse-query.ts'
import type { Query } from '../../../../src/queries/query.ts'
import { DayWindow } from '../../../../src/search/back-test/day-window.ts'
import { isTooBroad, isTooNarrow, offersOf } from '../../../../src/search/back-test/offers.ts'
import { termPresence } from '../../../../src/search/back-test/term-counts.ts'
import { archiveOf } from '../../../support/archive-of.ts'
import { samplePaper } from '../../../support/sample-paper.ts'
import { usageOf } from '../../../support/usage-of.ts'

const archive = archiveOf([
  { title: 'linear attention', abstract: 'robots' },
  { title: 'attention', abstract: 'linear robots' },
  { title: 'sparse attention', abstract: 'a survey of robots' },
  { title: 'linear survey', votes: 9 },
  { title: 'delta', authors: ['Albert Gu'] },
  { title: 'linear attention', onlyRevised: true, revisedDay: '2026-11-24' },
])
const DAYS = { from: '2026-11-01', to: '2026-11-30' }
const window = new DayWindow(archive, DAYS)

/** The offers of a topic that brings little: "linear 3". */
function offers(
  query: string,
  { tree = parseQuery(query), most = 15, isNarrow = true, among = window } = {},
) {
  const { absent } = termPresence(tree, among)
  const topic = { query, tree, found: among.find(tree), absent, isNarrow, most }
  return offersOf(topic, among).map((one) => `${one.query} ${one.papers}`)
}

test.each([
  ['linear xylophone', ['linear 3']],
  ['linear xylophone zeolite', ['linear 3']],
  ['linear delta', ['linear 3', 'delta 1']],
  ['attention -robots', ['attention 3']],
  ['attention -(robots OR survey)', ['attention 3']],
  ['"linear attention"', ['linear AND attention 2']],
  ['title:robots', ['robots 3']],
  ['title:"linear robots"', ['"linear robots" 1']],
  ['delta OR (xylophone linear)', ['delta OR linear 4']],
  ['"sparse survey for zeolites"', ['papers on sparse survey for zeolites 1']],
  ['sparse survey for zeolites', ['papers on sparse survey for zeolites 1', 'sparse survey 1']],
  ['papers on linear survey with zeolite xylophones', ['linear AND survey 1']],
  ['xylophone', []],
  ['"the xylophone"', []],
  ['author:"Albert Gu"', []],
  // a name without quotes, or without its field
  ['author:Albert Gu', ['author:"Albert Gu" 1', 'author:Albert 1']],
  ['Albert Gu', ['author:"Albert Gu" 1']],
  ['"Albert Gu"', ['author:"Albert Gu" 1']],
  [
    '-linear author:Albert Gu -robots',
    ['-linear author:"Albert Gu" -robots 1', '-linear author:Albert -robots 1'],
  ],
  // Nothing but what it must not contain would be left.
  ['linear -attention -survey', ['linear -survey 2', 'linear -attention 1']],
  ['xylophone is:revised', ['is:revised 1']],
  ['delta attention is:revised', ['is:revised 1', 'attention is:revised 1']],
])('%s is offered %j', (query, expected) => expect(offers(query)).toEqual(expected))

test('the words of a known term are offered anywhere, with any number of papers', () => {
  const papers = ['World models', 'Models of the world'].flatMap((title) =>
    Array.from({ length: 5 }, (_, id) => samplePaper({ id, title })),
  )
  const among = archiveOf(papers.map(({ title }) => ({ title })))
  among.usage = usageOf(papers)
  const options = { among: new DayWindow(among, DAYS), isNarrow: false }
  expect(offers('world models', options)).toEqual(['world AND models 10'])
  expect(offers('world AND models', options)).toEqual([])
})

test('queries that match more papers than an email contains are offered only if no other one matches', () => {
  expect(offers('title:attention delta', { most: 2 })).toEqual(['delta 1'])
  expect(offers('title:attention xylophone', { most: 2 })).toEqual(['title:attention 3'])
})

test('a change that no text expresses is not offered', () => {
  const some: Query = { kind: 'some', least: 1, parts: [{ kind: 'word', field: 'any', text: 'linear' }] }
  const tree: Query = { kind: 'and', parts: [some, { kind: 'word', field: 'any', text: 'xylophone' }] }
  expect(offers('', { tree })).toEqual([])
})

test.each([
  [0, 30, false],
  [1, 30, true],
  [4, 30, true],
  [5, 30, false],
  [1, 14, true],
  [2, 14, false],
  [1, 13, false],
])('%i papers in %i days are less than one a week: %s', (papers, days, expected) =>
  expect(isTooNarrow(papers, days / 7)).toBe(expected),
)

test.each([
  [30, 15, false],
  [31, 15, true],
  [51, 25, true],
])('%i papers on two days are more than an email of %i contains: %s', (papers, most, expected) => {
  const days = { from: '2026-11-23', to: '2026-11-24' }
  const two = new DayWindow(archiveOf([{ firstDay: days.from }, { firstDay: days.to }]), days)
  expect(isTooBroad(papers, two, most)).toBe(expected)
})
