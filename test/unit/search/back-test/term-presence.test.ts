import { expect, test } from 'vitest'
import { describePart } from '../../../../src/queries/language/describe-query.ts'
import { parseQuery } from '../../../../src/queries/language/parse-query.ts'
import { DayWindow } from '../../../../src/search/back-test/day-window.ts'
import { termPresence } from '../../../../src/search/back-test/term-counts.ts'
import { archiveOf } from '../../../support/archive-of.ts'

const DAYS = { from: '2026-11-01', to: '2026-11-30' }
const archive = archiveOf([
  { title: 'LLM agents', abstract: 'A study of planning.' },
  { title: 'Agents that plan', authors: ['Songlin Yang'] },
  { title: 'Chemistry', firstDay: '2026-01-01' },
])
const window = new DayWindow(archive, DAYS)

const words = (query: string, among = window) => {
  const { absent, present } = termPresence(parseQuery(query), among)
  return [absent.map(describePart), present.map(describePart)]
}

test.each([
  ['papers on LLM agents for chemistry', ['chemistry'], ['LLM', 'agents']],
  ['agents chemistry', ['chemistry'], ['agents']],
  ['agents (chemistry or LLM)', [], ['agents', 'LLM']],
  ['paper:2507.06457', [], []],
  ['agents (chemistry or zeolite)', ['chemistry', 'zeolite'], ['agents']],
  ['agents -chemistry', [], ['agents']],
  ['agents author:LeCun', ['the author LeCun'], ['agents']],
  ['agents agents', [], ['agents']],
])('the words of %s in no paper of the window are %j', (query, absent, present) =>
  expect(words(query)).toEqual([absent, present]),
)

test('without papers, no word is called absent', () =>
  expect(words('chemistry', new DayWindow(archiveOf([]), DAYS))).toEqual([[], []]))
