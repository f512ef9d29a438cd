import { expect, test, vi } from 'vitest'
import type { BatteryCase, Verdict } from '../../battery/battery-case.ts'
import { NotBegun } from '../../battery/bench/delivery-bench.ts'
import { runCases } from '../../battery/run-cases.ts'

const HELD: Verdict = { ok: true, n: '1', result: 'held' }

/** Runs one case that ends, try by try, as told. */
async function runOnce(...ends: (Verdict | Error)[]) {
  vi.spyOn(console, 'log').mockImplementation(() => {})
  const run: BatteryCase['run'] = async () => {
    const end = ends.shift()!
    if (end instanceof Error) throw end
    return end
  }
  const one: BatteryCase = { name: 'one', fault: 'a fault', invariant: 'it holds', run }
  const options = {
    profile: 'ci',
    atOnce: 1,
    limitMs: 60_000,
    whyNot: () => undefined,
    tell: () => {},
  } as const
  const [outcome] = await runCases([one], options)
  return { verdict: outcome!.verdict, left: ends.length }
}

test('a case whose program ended before it began is run once more', async () => {
  expect(await runOnce(new NotBegun('ended with 1'), HELD)).toEqual({ verdict: HELD, left: 0 })
})

test('and fails where that happens twice', async () => {
  const { verdict } = await runOnce(
    new NotBegun('ended with 1'),
    new NotBegun('ended with 1: no memory'),
    HELD,
  )
  expect(verdict).toEqual({ ok: false, n: '-', result: 'ended with 1: no memory' })
})

test.each([
  ['a case that did not hold', { ok: false, n: '1', result: 'lost 3' }],
  ['an error in the middle of it', new Error('broken')],
])('%s is not run again', async (_, end) => {
  const { verdict, left } = await runOnce(end, HELD)
  expect(verdict).toMatchObject({ ok: false })
  expect(left).toBe(1)
})

test('a case that never ends fails, and the next one runs', async () => {
  const stuck: BatteryCase = {
    name: 'stuck',
    fault: 'a fault',
    invariant: 'it holds',
    run: () => new Promise(() => {}),
  }
  const next: BatteryCase = { ...stuck, name: 'next', run: async () => HELD }
  const options = { profile: 'ci', atOnce: 1, limitMs: 50, whyNot: () => undefined, tell: () => {} } as const
  const outcomes = await runCases([stuck, next], options)
  expect(outcomes.map(({ verdict }) => verdict)).toEqual([
    { ok: false, n: '-', result: 'no answer within 0 s' },
    HELD,
  ])
})
