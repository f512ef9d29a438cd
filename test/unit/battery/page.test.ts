import { expect, test } from 'vitest'
import type { BatteryCase } from '../../battery/battery-case.ts'
import { batteryPage } from '../../battery/page.ts'

const named = (name: string): BatteryCase => ({
  name,
  fault: `the fault of ${name}`,
  invariant: 'nothing is lost',
  run: async () => 'not tried',
})

test('the page says how many of its cases have recorded counts, and keeps those of cases that did not run', () => {
  const cases = ['one', 'two', 'two-wrong'].map(named)
  const verdict = { ok: true, n: '3 emails', result: 'lost 0' }
  const first = batteryPage(cases, [{ one: cases[0]!, verdict, seconds: 1 }], '')
  expect(first).toContain('1 of 3 cases have recorded counts; the others say "not recorded yet".')
  const second = batteryPage(cases, [{ one: cases[2]!, verdict, seconds: 1 }], first)
  expect(second).toContain('2 of 3 cases')
  expect(second).toContain('- `one` · the fault of one · 3 emails → lost 0')
  expect(second).toContain('- `two` · the fault of two · not recorded yet')
})
