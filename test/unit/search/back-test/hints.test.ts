import { describe, expect, test } from 'vitest'
import type { Paper } from '../../../../src/papers/paper.ts'
import { parseQuery } from '../../../../src/queries/language/parse-query.ts'
import { runToEnd } from '../../../../src/queries/steps.ts'
import { DayWindow } from '../../../../src/search/back-test/day-window.ts'
import { isTooBroad, narrowerHints } from '../../../../src/search/back-test/hints.ts'
import { archiveOf } from '../../../support/archive-of.ts'

const DAYS = { from: '2026-11-23', to: '2026-11-24' }

function hints(papers: Partial<Paper>[], text: string, most: number) {
  const window = new DayWindow(archiveOf(papers), DAYS)
  const query = parseQuery(text)
  return runToEnd(narrowerHints({ text, query, found: window.find(query), most }, window))
}

/** So many papers with a title. */
const times = (count: number, facts: Partial<Paper>) => Array.from({ length: count }, () => facts)

const waysOf = (found: ReturnType<typeof hints>, way: string) =>
  found.filter((hint) => hint.way === way).map(({ part, papers, query }) => [part, papers, query])

describe('a limit of votes', () => {
  const voted = (...votes: (number | null)[]) => votes.map((count) => ({ title: 'agent', votes: count }))

  test.each([
    ['agent', [['votes>=10', 3, 'agent votes>=10']]],
    ['agent OR robot', [['votes>=10', 3, '(agent OR robot) votes>=10']]],
    ['agent votes>=2', [['votes>=10', 3, 'agent votes>=10']]],
  ])('of %s, the lowest that leaves what a mail holds', (query, expected) => {
    expect(waysOf(hints(voted(0, 1, 3, 7, 12, 30, 45), query, 3), 'votes')).toEqual(expected)
  })

  test('none where most papers have no votes, or none would be left', () => {
    expect(waysOf(hints(voted(null, null, null, 5, 9), 'agent', 2), 'votes')).toEqual([])
    expect(waysOf(hints(voted(0, 0, 1, 1, 1), 'agent', 2), 'votes')).toEqual([])
  })
})

test('the part of an OR with the most matches is named, with the number left without it', () => {
  const papers = [...times(9, { title: 'agent' }), ...times(2, { title: 'robot' }), { title: 'arm' }]
  expect(waysOf(hints(papers, 'agent OR robot OR arm', 5), 'without')).toEqual([['agent', 3, 'robot OR arm']])
  expect(waysOf(hints(papers, 'title:(agent OR robot) -arm', 5), 'without')).toEqual([
    ['a title with agent', 2, 'title:robot -arm'],
  ])
})

test('a part with few papers is not named if an email is too full without it', () => {
  const parts = ['a1', 'b2', 'c3', 'd4', 'e5'].flatMap((title) => times(4, { title }))
  expect(waysOf(hints(parts, 'a1 OR b2 OR c3 OR d4 OR e5', 5), 'without')).toEqual([])
})

describe('a further word', () => {
  const papers = [
    ...times(6, { title: 'agent AND memory', abstract: 'We present results on agents.' }),
    ...times(12, { title: 'agent AND tools', abstract: 'We present results on agents.' }),
    ...times(22, { title: 'agent', abstract: 'We present results on agents.' }),
    ...times(40, { title: 'protein', abstract: 'We present results on proteins.' }),
  ]

  test('is in some of the papers, in few others, and not in the query', () => {
    expect(waysOf(hints(papers, 'agent', 15), 'also')).toEqual([
      ['tools', 12, 'agent AND tools'],
      ['memory', 6, 'agent AND memory'],
    ])
  })

  test('is offered with brackets where they are needed, and not where it is left out already', () => {
    expect(waysOf(hints(papers, 'agent -tools OR arm', 10), 'also')).toEqual([
      ['memory', 6, '(agent -tools OR arm) memory'],
    ])
  })
})

test.each([
  [30, 15, false],
  [31, 15, true],
  [51, 25, true],
])('%i papers on two days are more than a mail of %i holds: %s', (papers, most, expected) => {
  const window = new DayWindow(archiveOf([{ firstDay: '2026-11-23' }, { firstDay: '2026-11-24' }]), DAYS)
  expect(isTooBroad(papers, window, most)).toBe(expected)
})
