import { expect, test } from 'vitest'
import type { Deps } from '../../../src/core/deps.ts'
import type { DayTotals } from '../../../src/digests/reconciliation.repo.ts'
import { openReasons } from '../../../src/operator/open-day.ts'

const NONE = {
  nothingMatched: 0,
  paused: 0,
  missed: 0,
  refused: 0,
  gaveUp: 0,
  skipped: 0,
  uncertain: 0,
  open: 0,
}
const totals = (counts: Partial<DayTotals>): DayTotals => ({
  ...NONE,
  date: '2026-11-24',
  due: 3,
  planned: 0,
  accepted: 0,
  closed: false,
  ...counts,
})
// Only emails that are still open are looked up.
const reasons = async (counts: Partial<DayTotals>) =>
  (await openReasons({} as Deps, totals(counts))).map(({ reason, emails }) => [reason, emails])

test.each([
  ['a complete date', { closed: true, planned: 3, accepted: 3 }, []],
  ['a date on which nothing was due', { due: 0 }, [['none-due', 0]]],
  ['digests without papers yet', { planned: 1, accepted: 1 }, [['unplanned', 2]]],
  ['a date that is about to close', { planned: 2, accepted: 2, nothingMatched: 1 }, [['closing', 0]]],
] as const)('`openReasons` of %s', async (_what, counts, expected) => {
  expect(await reasons(counts)).toEqual(expected)
})
