import { expect, test } from 'vitest'
import type { TopicPreview } from '../../../../src/digests/preview/shown-topics.ts'
import { counted, fill, words } from '../../../../src/i18n/words.ts'
import type { Leaf } from '../../../../src/queries/query.ts'
import { paperRate, warningText } from '../../../../src/web/signup/preview-text.ts'

// Sentences that no page of the accessibility snapshots has are typed here; the others are from the catalogue.
const { pace, warning } = words.preview
const aWeek = (papers: number) => fill(pace.aWeek, { count: papers })

const SPAN = counted(30, words.counts.day)
const mentions = (parts: string) => fill(warning.mentions, { span: SPAN, parts })

const word = (text: string): Leaf => ({ kind: 'word', field: 'any', text })
const author: Leaf = { kind: 'word', field: 'author', text: 'LeCun' }

test.each<[what: string, absent: Leaf[], present: Leaf[], total: number, text: string]>([
  ['is empty if no key word is missing', [], [word('LLM')], 54, ''],
  [
    'names the missing word and those that the papers have',
    [word('chemistry')],
    [word('LLM'), word('agents')],
    54,
    `${mentions('“chemistry”')}; these 54 papers have “LLM” or “agents”.`,
  ],
  [
    'advises to keep a topic whose words are all missing',
    [word('zeolite'), word('chemistry')],
    [],
    0,
    `${mentions('“zeolite” or “chemistry”')}. ${warning.keep}`,
  ],
  [
    'names a missing author',
    [author],
    [word('agents')],
    0,
    `No paper in the last 30 days has the author LeCun. ${warning.keep}`,
  ],
])('warningText %s', (_what, absent, present, total, expected) =>
  expect(warningText({ days: 30 }, { keyWords: { absent, present }, total } as unknown as TopicPreview)).toBe(
    expected,
  ),
)

test.each([
  [20, 0, `${fill(words.rates.some, { papers: counted(20, words.counts.paper), span: SPAN })}, ${aWeek(5)}`],
  [20, 9, `20 match, 9 come close in 30 days, ${aWeek(5)}`],
  [1, 1, '1 matches, 1 comes close in 30 days'],
  [0, 2, 'None match, 2 come close in 30 days'],
])('paperRate of %i papers, and of %i that come close, is “%s”', (total, close, expected) =>
  expect(paperRate({ days: 30, weeks: 30 / 7 }, total, close)).toBe(expected),
)

test('paperRate has a weekly rate of the days that it names, and none on a site that is newer', () => {
  const some = fill(words.rates.some, { papers: counted(13, words.counts.paper), span: SPAN })
  expect(paperRate({ days: 30, weeks: 27 / 7 }, 13)).toBe(`${some}, ${aWeek(3)}`)
  expect(paperRate({ days: 30, weeks: 13 / 7 }, 13)).toBe(some)
})
