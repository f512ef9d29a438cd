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
  ["suppresses at once after a server's own reply", 'dead', true, [], 'suppress'],
  ['does nothing after only words', 'dead', false, [], 'none'],
  ['does nothing after two reports on one day', 'dead', false, [daysAgo(0.2, 'dead')], 'none'],
  ['suppresses after a second report on another day', 'dead', false, [daysAgo(1, 'dead')], 'suppress'],
  ['suppresses after a report of a month before', 'dead', false, [daysAgo(30, 'dead')], 'suppress'],
  ['does nothing after a report of longer ago', 'dead', false, [daysAgo(31, 'dead')], 'none'],
  ['does nothing after only words and a full mailbox', 'dead', false, full(1, 2, 3), 'none'],
  ['pauses for a full mailbox', 'full', false, [], 'pause'],
  ['pauses for a full mailbox four times in two weeks', 'full', false, full(14, 10, 5), 'pause'],
  ['pauses for a full mailbox five times in less than two weeks', 'full', false, full(13, 10, 5, 2), 'pause'],
  ['suppresses for a full mailbox five times in two weeks', 'full', false, full(14, 10, 5, 2), 'suppress'],
  ['complains for a complaint with proof', 'complaint', false, [], 'complain'],
  ['unsubscribes for a request to unsubscribe', 'unsubscribe', false, [], 'leave'],
  ...(['policy', 'ours', 'temporary', 'unknown', 'delayed', 'auto-reply', 'not-a-report'] as const).map(
    (kind): [string, BounceEvent['class'], boolean, CountedBounce[], Consequence] => [
      `does nothing for ${kind}`,
      kind,
      true,
      [daysAgo(1, kind), daysAgo(2, 'dead'), ...full(15, 10, 5, 3)],
      'none',
    ],
  ),
]

test.each(cases)('`consequenceOf` %s', (_what, kind, sure, earlier, consequence) => {
  expect(consequenceOf({ class: kind, sure, hasProof: true, at: NOW }, earlier)).toBe(consequence)
})

test('`consequenceOf` unsubscribes for a complaint without proof', () => {
  expect(consequenceOf({ class: 'complaint', sure: false, hasProof: false, at: NOW }, [])).toBe('leave')
})
