import { expect, test } from 'vitest'
import type { BatteryCase, Verdict } from '../../battery/battery-case.ts'
import { linesOf, recordedLine, summaryOf } from '../../battery/words.ts'

const RUN = { profile: 'nightly', seed: 7, commit: '1a2b3c4 + changes' } as const

const outcomeOf = (name: string, seconds: number, verdict: Verdict | string) => {
  const one: BatteryCase = { name, fault: 'a fault', invariant: 'it holds', run: async () => verdict }
  return { one, verdict, seconds, faults: '3f9a1c20' }
}

test('a row ends with its seed, the digest of its faults and the commit', () => {
  const lines = linesOf(outcomeOf('one', 3, { ok: true, n: '1', result: 'held' }), RUN).split('\n')
  expect(lines.at(-1)?.trim()).toBe('seed 7, faults 3f9a1c20, commit 1a2b3c4 + changes')
})

test('the summary counts rows, and names the slowest, why some were skipped, and how to repeat the failed ones', () => {
  const outcomes = [
    outcomeOf('quick', 1, { ok: true, n: '1', result: 'held' }),
    outcomeOf('slow', 90, { ok: false, n: '1', result: 'lost 3' }),
    outcomeOf('absent', 0, 'no libfaketime'),
    { ...outcomeOf('long', 0, 'only with --profile nightly'), leftOut: true as const },
  ]
  expect(summaryOf(outcomes, RUN, 1.55)).toBe(
    [
      'slowest: slow 90 s, quick 1 s',
      'skipped: absent: no libfaketime',
      'failed: slow, seed 7: npm run battery -- --profile nightly --seed 7 slow',
      '4 rows in 1.6 min, profile nightly, seed 7, commit 1a2b3c4 + changes',
      '1 passed, 1 failed, 2 skipped',
    ].join('\n'),
  )
})

test.each<[string, Verdict | string, string | null, string]>([
  ['passed', { ok: true, n: '1', result: 'held' }, '2026-12-01', 'recorded: one'],
  [
    'failed',
    { ok: false, n: '1', result: 'lost 3' },
    '2026-11-30',
    'not recorded: one failed, and docs/battery.md keeps its result of 2026-11-30',
  ],
  [
    'was skipped',
    'no libfaketime',
    null,
    'not recorded: one was skipped, and docs/battery.md keeps its result of an unknown day',
  ],
])('`recordedLine` says what --record did with a row that %s', (_, verdict, date, line) => {
  const recorded = { date, commit: null, seed: null, profile: null, seconds: null, n: '1', result: 'held' }
  expect(recordedLine(outcomeOf('one', 1, verdict), { one: recorded })).toBe(line)
})

test('`recordedLine` says that a row that failed has no result yet', () => {
  const outcome = outcomeOf('one', 1, { ok: false, n: '1', result: 'lost 3' })
  expect(recordedLine(outcome, {})).toBe('not recorded: one failed, and docs/battery.md has no result of it')
})
