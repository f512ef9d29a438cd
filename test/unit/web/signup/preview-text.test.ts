import { expect, test } from 'vitest'
import type { PreviewResult, TopicPreview } from '../../../../src/digests/preview/preview-topics.ts'
import type { Leaf } from '../../../../src/queries/query.ts'
import { hintLines, paperRateText, warningText } from '../../../../src/web/signup/preview-text.ts'

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
    'No paper in the last 30 days mentions “zeolite” or “chemistry”. Keep the topic and we’ll write when the first one appears.',
  ],
  [
    [author],
    [word('agents')],
    0,
    'No paper in the last 30 days has the author LeCun. Keep the topic and we’ll write when the first one appears.',
  ],
])('without %j, with %j and %i papers', (absent, present, total, expected) =>
  expect(
    warningText({ days: 30 }, { keyWords: { absent, present }, total, hints: [] } as unknown as TopicPreview),
  ).toBe(expected),
)

test('words that are the name of an author lead to the papers of that author', () => {
  const named = { way: 'author', part: 'the author Songlin Yang', papers: 3, query: 'author:"Songlin Yang"' }
  const keyWords = { absent: [word('Songlin'), word('Yang')], present: [] }
  expect(warningText({ days: 30 }, { keyWords, total: 0, hints: [named] } as unknown as TopicPreview)).toBe(
    'No paper in the last 30 days mentions “Songlin” or “Yang”. 3 papers are by the author Songlin Yang. To follow them, use the topic author:"Songlin Yang".',
  )
})

test('a term that is read as a phrase is offered with its words anywhere', () => {
  const [term, query] = ['world models', 'world AND models']
  const hints = [{ way: 'words', part: term, term, papers: 9, query }]
  const topic = { total: 4, width: 'fits', hints } as unknown as TopicPreview
  expect(hintLines({} as PreviewResult, topic, 20)).toEqual([
    {
      sentence: 'Papers use words of “world models” as a phrase, so we search for the phrase.',
      changes: [{ text: 'Anywhere in a paper: 9 papers', query }],
    },
  ])
})
