import { expect, test } from 'vitest'
import type { TopicPreview } from '../../../../src/digests/preview/shown-topics.ts'
import type { Leaf } from '../../../../src/queries/query.ts'
import { paperRate, paperRateText, warningText } from '../../../../src/web/signup/preview-text.ts'

test.each([
  [44, 22, 30, 'about 2 a weekday'],
  [54, 21, 30, 'about 3 a weekday'],
  [22, 22, 30, 'about 1 a weekday'],
  [21, 22, 30, 'about 5 a week'],
  [5, 22, 30, 'about 1 a week'],
  [4, 22, 30, 'fewer than one a week'],
  [0, 22, 30, 'fewer than one a week'],
  // a new site
  [4, 4, 5, 'about 1 a weekday'],
  [2, 3, 3, 'about 2 a week'],
])('%i papers, of %i weekdays with papers in %i days: %s', (papers, weekdays, days, expected) =>
  expect(paperRateText({ weekdays, weeks: days / 7 }, papers)).toBe(expected),
)

const word = (text: string): Leaf => ({ kind: 'word', field: 'any', text })
const author: Leaf = { kind: 'word', field: 'author', text: 'LeCun' }

test.each<[Leaf[], Leaf[], number, string]>([
  [[], [word('LLM')], 54, ''],
  [
    [word('chemistry')],
    [word('LLM'), word('agents')],
    54,
    'No paper in the last 30 days mentions “chemistry”; these 54 papers have “LLM” or “agents”.',
  ],
  [
    [word('zeolite'), word('chemistry')],
    [],
    0,
    'No paper in the last 30 days mentions “zeolite” or “chemistry”. Keep the topic and we’ll write when the first paper for it appears.',
  ],
  [
    [author],
    [word('agents')],
    0,
    'No paper in the last 30 days has the author LeCun. Keep the topic and we’ll write when the first paper for it appears.',
  ],
])('without %j, with %j and %i papers', (absent, present, total, expected) =>
  expect(warningText({ days: 30 }, { keyWords: { absent, present }, total } as unknown as TopicPreview)).toBe(
    expected,
  ),
)

test.each([
  [20, 0, '20 papers in 30 days, about 5 a week'],
  [20, 9, '20 match, 9 come close in 30 days, about 5 a week'],
  [1, 1, '1 matches, 1 comes close in 30 days'],
  [0, 2, 'None match, 2 come close in 30 days'],
])('%i papers, and %i that come close: %s', (total, close, expected) =>
  expect(paperRate({ days: 30, weeks: 30 / 7 }, total, close)).toBe(expected),
)
