import { expect, test } from 'vitest'
import type { DrillResult } from '../../drill/failover.ts'
import { breaches, isRowOk, tableOf } from '../../drill/table.ts'
import { VARIANTS } from '../../drill/variants.ts'

const sample = (
  verdict: Partial<DrillResult['verdict']> = {},
  changes: Partial<DrillResult> = {},
): DrillResult => ({
  verdict: {
    lost: 0,
    misrecorded: 0,
    doubles: 0,
    differing: 0,
    mailedAfter: 0,
    late: 0,
    stopped: 0,
    ended: 0,
    ...verdict,
  },
  times: {
    cut: 1000,
    tookKey: 19_000,
    promoted: 20_000,
    ready: undefined,
    unsubscribed: undefined,
    held: undefined,
    resumed: undefined,
    email: 30_500,
    done: 60_000,
    fenced: 9000,
    healed: 61_000,
    followed: 71_000,
  },
  before: 800,
  between: 3,
  whileHeld: 0,
  acknowledged: 100,
  failedRequests: 5,
  onlyOld: 0,
  stillOnlyOld: 0,
  ...changes,
})

const named = (name: string) => VARIANTS.find((variant) => variant.name === name)!

test('`breaches` allows a copy for each connection of a worker, and nothing else', () => {
  expect(breaches(sample({ doubles: 8, late: 2, stopped: 40, ended: 3 }))).toEqual([])
  expect(breaches(sample({ doubles: 9 }))).toHaveLength(1)
  expect(breaches(sample({ lost: 1, misrecorded: 1, differing: 1, mailedAfter: 1 }))).toHaveLength(4)
  expect(breaches(sample({}, { whileHeld: 1, stillOnlyOld: 1 }))).toHaveLength(2)
})

test('`isRowOk` accepts broken promises only of the drill that shows them', () => {
  const result = sample({ doubles: 100 })
  expect(isRowOk({ variant: named('asynchronous'), seed: 1, result })).toBe(true)
  expect(isRowOk({ variant: named('divided'), seed: 1, result })).toBe(false)
  expect(isRowOk({ variant: named('asynchronous'), seed: 1, error: 'no primary' })).toBe(false)
})

test('`tableOf` has a line for each drill, with seconds from the cut', () => {
  const rows = [
    { variant: named('hold'), seed: 1, result: sample() },
    { variant: named('divided'), seed: 2, error: 'no primary' },
  ]
  const [head, , first, second, ...more] = tableOf(rows).split('\n')
  const cells = (line?: string) => line!.split(' | ').length
  expect(first).toMatch(/^\| hold \| 1 \| 800 \|/)
  expect(first).toContain('| 18.0 | 19.0 | 8.0 |')
  expect([cells(first), cells(second)]).toEqual([cells(head), cells(head)])
  expect(more).toEqual([])
})
