import { expect, test } from 'vitest'
import type { CountedBounce } from '../../../src/bounces/bounce.repo.ts'
import { type Consequence, consequenceOf } from '../../../src/bounces/consequence.ts'
import type { BounceEvent } from '../../../src/bounces/reading/parsed-bounce.ts'

const NOW = new Date('2026-11-24T08:00:00Z')
const daysAgo = (days: number, kind: string, sure = false): CountedBounce => ({
  class: kind,
  at: new Date(NOW.getTime() - days * 86_400_000),
  sure,
})
const full = (...days: number[]) => days.map((one) => daysAgo(one, 'full'))

const cases: [string, BounceEvent['class'], boolean, CountedBounce[], Consequence][] = [
  ['a server’s own answer suppresses at once', 'dead', true, [], 'suppress'],
  ['words alone do not', 'dead', false, [], 'none'],
  ['twice on one day is once', 'dead', false, [daysAgo(0.2, 'dead')], 'none'],
  ['a second report on another day suppresses', 'dead', false, [daysAgo(1, 'dead')], 'suppress'],
  ['one of a month before', 'dead', false, [daysAgo(30, 'dead')], 'suppress'],
  ['one of longer ago', 'dead', false, [daysAgo(31, 'dead')], 'none'],
  ['a full mailbox does not make a dead one', 'dead', false, full(1, 2, 3), 'none'],
  ['a full mailbox pauses', 'full', false, [], 'pause'],
  ['four times in two weeks', 'full', false, full(14, 10, 5), 'pause'],
  ['five times in less', 'full', false, full(13, 10, 5, 2), 'pause'],
  ['five times in two weeks suppress', 'full', false, full(14, 10, 5, 2), 'suppress'],
  ['a complaint with proof ends it', 'complaint', false, [], 'complain'],
  ['a wish to leave', 'unsubscribe', false, [], 'leave'],
  ...(['policy', 'ours', 'temporary', 'unknown', 'delayed', 'auto-reply', 'not-a-report'] as const).map(
    (kind): [string, BounceEvent['class'], boolean, CountedBounce[], Consequence] => [
      `${kind} never touches the address`,
      kind,
      true,
      [daysAgo(1, kind), daysAgo(2, 'dead'), ...full(15, 10, 5, 3)],
      'none',
    ],
  ),
]

test.each(cases)('%s', (_what, kind, sure, earlier, consequence) => {
  expect(consequenceOf({ class: kind, sure, hasProof: true, at: NOW }, earlier)).toBe(consequence)
})

test('a complaint without proof only unsubscribes', () => {
  expect(consequenceOf({ class: 'complaint', sure: false, hasProof: false, at: NOW }, [])).toBe('leave')
})
