import { expect, test } from 'vitest'
import type { BatteryCase } from '../../battery/battery-case.ts'
import { batteryPage } from '../../battery/page.ts'
import type { RowResult } from '../../battery/results.ts'

const named = (name: string): BatteryCase => ({
  name,
  fault: `the fault of ${name}`,
  invariant: 'nothing is lost',
  run: async () => 'not tried',
})

const RECORDED: RowResult = {
  date: '2026-12-01',
  commit: '1a2b3c4',
  seed: 7,
  profile: 'ci',
  seconds: 12,
  n: '3 emails',
  result: 'lost 0',
}

const WITHOUT_DATE = 'A line without a date'

test('the page gives the result of each row, and when and with which seed it was recorded', () => {
  const page = batteryPage(['one', 'one-wrong'].map(named), {
    one: RECORDED,
    'one-wrong': { ...RECORDED, date: null, seed: null },
  })
  expect(page).toContain('- `one` · the fault of one · 3 emails → lost 0 · 2026-12-01, seed 7\n')
  expect(page.split('## Wrong variants')[1]).toContain(
    '- `one-wrong` · the fault of one-wrong · 3 emails → lost 0\n',
  )
  expect(page).toContain(WITHOUT_DATE)
})

test('the page does not speak of lines without a date if there are none', () => {
  expect(batteryPage([named('one')], { one: RECORDED })).not.toContain(WITHOUT_DATE)
})
