import { expect, test } from 'vitest'
import { type Chance, chanceByRecipient, chanceOfRow, withChance } from '../../battery/bench/seeded-random.ts'

const faultsOf = async (seed: number, row: (chance: Chance) => void) =>
  (await withChance(seed, async () => row(chanceOfRow()))).faults

const RECIPIENTS = Array.from({ length: 20 }, (_, n) => `s${n}@y.example`)

const refuseSome = (recipients: readonly string[]) => (chance: Chance) => {
  const fails = chanceByRecipient(chance)
  for (const recipient of recipients) fails(recipient, { step: 'refused', day: '2026-12-01', share: 0.5 })
}

test('a row without faults by chance has no digest', async () => {
  expect(await faultsOf(1, () => {})).toBeUndefined()
})

test('`chanceOfRow` throws if no row is in progress', () => {
  expect(chanceOfRow).toThrow('no row of the battery is in progress')
})

test('`chanceByRecipient` causes the same faults in any order and number of tries, and others with another seed', async () => {
  const first = await faultsOf(1, refuseSome(RECIPIENTS))
  expect(first).toBeDefined()
  expect(await faultsOf(1, refuseSome([...RECIPIENTS.toReversed(), ...RECIPIENTS]))).toBe(first)
  expect(await faultsOf(2, refuseSome(RECIPIENTS))).not.toBe(first)
})
