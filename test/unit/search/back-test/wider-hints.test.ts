import { expect, test } from 'vitest'
import { parseQuery } from '../../../../src/queries/language/parse-query.ts'
import type { Query } from '../../../../src/queries/query.ts'
import { runToEnd } from '../../../../src/queries/steps.ts'
import { DayWindow } from '../../../../src/search/back-test/day-window.ts'
import { isTooNarrow, widerHints } from '../../../../src/search/back-test/hints.ts'
import { archiveOf } from '../../../support/archive-of.ts'

const archive = archiveOf([
  { title: 'linear attention', abstract: 'robots' },
  { title: 'attention', abstract: 'linear robots' },
  { title: 'sparse attention', abstract: 'a survey of robots' },
  { title: 'linear survey', votes: 9 },
  { title: 'delta', authors: ['Albert Gu'] },
  { title: 'linear attention', onlyRevised: true, revisedDay: '2026-11-24' },
])
const window = new DayWindow(archive, { from: '2026-11-01', to: '2026-11-30' })

/** What is changed, how many papers it brings then, and the query. */
const hints = (query: string, most = 15) =>
  runToEnd(widerHints(parseQuery(query), window, most)).map(({ way, part, papers, query: changed }) => {
    return [way, part, papers, changed]
  })

test.each([
  ['linear xylophone', [['without', 'xylophone', 3, 'linear']]],
  [
    'linear delta',
    [
      ['without', 'delta', 3, 'linear'],
      ['without', 'linear', 1, 'delta'],
    ],
  ],
  ['attention -robots', [['allowed', 'robots', 3, 'attention']]],
  ['attention -(robots OR survey)', [['allowed', 'robots or survey', 3, 'attention']]],
  ['"linear attention"', [['apart', 'the phrase “linear attention”', 2, 'linear AND attention']]],
  ['title:robots', [['anywhere', 'a title with robots', 3, 'robots']]],
  ['title:"linear robots"', [['anywhere', 'a title with the phrase “linear robots”', 1, '"linear robots"']]],
  ['delta OR (xylophone linear)', [['without', 'xylophone', 4, 'delta OR linear']]],
  ['xylophone', []],
  ['"the xylophone"', []],
  ['author:"Albert Gu"', []],
  // a name without quotes, or without its field
  [
    'author:Albert Gu',
    [
      ['author', 'the author Albert Gu', 1, 'author:"Albert Gu"'],
      ['without', 'Gu', 1, 'author:Albert'],
    ],
  ],
  ['Albert Gu', [['author', 'the author Albert Gu', 1, 'author:"Albert Gu"']]],
  ['"Albert Gu"', [['author', 'the author Albert Gu', 1, 'author:"Albert Gu"']]],
  [
    '-linear author:Albert Gu -robots',
    [
      ['author', 'the author Albert Gu', 1, '-linear author:"Albert Gu" -robots'],
      ['without', 'Gu', 1, '-linear author:Albert -robots'],
    ],
  ],
  // Nothing but what it must not hold would be left.
  [
    'linear -attention -survey',
    [
      ['allowed', 'survey', 1, 'linear -attention'],
      ['allowed', 'attention', 2, 'linear -survey'],
    ].reverse(),
  ],
  ['xylophone is:revised', [['without', 'xylophone', 1, 'is:revised']]],
  [
    'delta attention is:revised',
    [
      ['without', 'delta and attention', 1, 'is:revised'],
      ['without', 'delta', 1, 'attention is:revised'],
    ],
  ],
])('%s would bring more: %j', (query, expected) => expect(hints(query)).toEqual(expected))

test('papers that do not fit into an email are no help, unless there is nothing else', () => {
  expect(hints('title:attention delta', 2)).toEqual([['without', 'a title with attention', 1, 'delta']])
  expect(hints('title:attention xylophone', 2)).toEqual([['without', 'xylophone', 3, 'title:attention']])
})

test('a sentence gets a hint without a query, where no text says it', () => {
  const query: Query = {
    kind: 'and',
    parts: [
      { kind: 'some', least: 1, parts: [{ kind: 'word', field: 'any', text: 'linear' }] },
      { kind: 'word', field: 'any', text: 'xylophone' },
    ],
  }
  const [hint] = runToEnd(widerHints(query, window, 15))
  expect(hint).toMatchObject({ part: 'xylophone', term: 'xylophone', query: null })
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
