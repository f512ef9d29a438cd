import { expect, test, vi } from 'vitest'
import type { BatteryCase, Verdict } from '../../battery/battery-case.ts'
import { NotBegun } from '../../battery/bench/delivery-bench.ts'
import { chanceOfRow } from '../../battery/bench/seeded-random.ts'
import { runCases } from '../../battery/run-cases.ts'

const HELD: Verdict = { ok: true, n: '1', result: 'held' }

const OPTIONS = {
  profile: 'ci',
  seed: 1,
  atOnce: 1,
  limitMs: 60_000,
  whyNot: () => undefined,
  onDone: () => {},
} as const

/** Runs one row that ends, try by try, with these verdicts and errors. */
async function runOnce(...ends: (Verdict | Error)[]) {
  vi.spyOn(console, 'log').mockImplementation(() => {})
  const run: BatteryCase['run'] = async () => {
    const end = ends.shift()!
    if (end instanceof Error) throw end
    return end
  }
  const one: BatteryCase = { name: 'one', fault: 'a fault', invariant: 'it holds', run }
  const [outcome] = await runCases([one], OPTIONS)
  return { verdict: outcome!.verdict, left: ends.length }
}

test('a row whose program ends before it begins runs once more', async () => {
  expect(await runOnce(new NotBegun('ended with 1'), HELD)).toEqual({ verdict: HELD, left: 0 })
})

test('a row whose program ends before it begins twice fails', async () => {
  const { verdict } = await runOnce(
    new NotBegun('ended with 1'),
    new NotBegun('ended with 1: no memory'),
    HELD,
  )
  expect(verdict).toEqual({ ok: false, n: '-', result: 'ended with 1: no memory' })
})

test.each([
  ['a row whose invariant does not hold', { ok: false, n: '1', result: 'lost 3' }],
  ['a row that throws', new Error('broken')],
])('%s does not run again', async (_, end) => {
  const { verdict, left } = await runOnce(end, HELD)
  expect(verdict).toMatchObject({ ok: false })
  expect(left).toBe(1)
})

test('a row that never ends fails, and the next one runs', async () => {
  const stuck: BatteryCase = {
    name: 'stuck',
    fault: 'a fault',
    invariant: 'it holds',
    run: () => new Promise(() => {}),
  }
  const next: BatteryCase = { ...stuck, name: 'next', run: async () => HELD }
  const outcomes = await runCases([stuck, next], { ...OPTIONS, limitMs: 50 })
  expect(outcomes.map(({ verdict }) => verdict)).toEqual([
    { ok: false, n: '-', result: 'no answer within 0 s' },
    HELD,
  ])
})

test('rows get the faults of the seed, which other rows at the same time do not change', async () => {
  const faulty = (name: string, ms: number): BatteryCase => ({
    name,
    fault: 'a fault',
    invariant: 'it holds',
    run: async () => {
      const chance = chanceOfRow()
      const random = chance.random()
      for (let n = 0; n < 3; n++) {
        await new Promise((resolve) => setTimeout(resolve, ms))
        chance.record(`fault ${n} after ${random()} ms`)
      }
      return HELD
    },
  })
  const faultsOf = async (seed: number, atOnce: number) => {
    const outcomes = await runCases([faulty('one', 1), faulty('two', 2)], { ...OPTIONS, seed, atOnce })
    return outcomes.map(({ faults }) => faults)
  }
  const [first] = await faultsOf(1, 1)
  expect(first).toMatch(/^[\da-f]{8}$/)
  expect(await faultsOf(1, 2)).toEqual([first, first])
  expect(await faultsOf(2, 2)).not.toContain(first)
})

test.each<[string, BatteryCase['run']]>([
  ['throws', () => Promise.reject(new Error('broken'))],
  ['never ends', () => new Promise(() => {})],
  ['passes', async () => HELD],
])('a row that %s has the faults that it met', async (_, end) => {
  const run: BatteryCase['run'] = async (profile) => {
    chanceOfRow().record('a kill')
    return end(profile)
  }
  const one: BatteryCase = { name: 'one', fault: 'a fault', invariant: 'it holds', run }
  const [outcome] = await runCases([one], { ...OPTIONS, limitMs: 50 })
  expect(outcome!.faults).toMatch(/^[\da-f]{8}$/)
})
