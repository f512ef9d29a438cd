import { describe, expect, test } from 'vitest'
import { type Chance, chanceOfRow, faultsByRecipient, withChance } from '../../battery/bench/seeded-random.ts'

async function faultsOf(seed: number, row: (chance: Chance) => void): Promise<string | undefined> {
  const { result, faults } = withChance(seed, async () => row(chanceOfRow()))
  await result
  return faults()
}

const RECIPIENTS = Array.from({ length: 20 }, (_, n) => `s${n}@y.example`)

const DAY = '2026-12-01'
const decideSome = (recipients: readonly string[]) => (chance: Chance) =>
  faultsByRecipient(chance, { recipients, days: [DAY], shares: { refused: 0.5 } })

test('a row without faults by chance has no digest', async () => {
  expect(await faultsOf(1, () => {})).toBeUndefined()
})

test('`chanceOfRow` throws if no row is in progress', () => {
  expect(chanceOfRow).toThrow('no row of the battery is in progress')
})

describe('`faultsByRecipient`', () => {
  test('decides the same faults in any order of recipients, and others with another seed', async () => {
    const first = await faultsOf(1, decideSome(RECIPIENTS))
    expect(first).toBeDefined()
    expect(await faultsOf(1, decideSome(RECIPIENTS.toReversed()))).toBe(first)
    expect(await faultsOf(2, decideSome(RECIPIENTS))).not.toBe(first)
  })

  test('records faults that are decided, whether or not they are met', async () => {
    const meetSome = (recipients: readonly string[]) => (chance: Chance) => {
      const fails = decideSome(RECIPIENTS)(chance)
      return recipients.filter((recipient) => fails(recipient, DAY, 'refused'))
    }
    expect(await faultsOf(1, meetSome([]))).toBe(await faultsOf(1, meetSome(RECIPIENTS)))
  })

  test('fails for some recipients, only on its days', async () => {
    const { result } = withChance(1, async () => {
      const fails = decideSome(RECIPIENTS)(chanceOfRow())
      const failing = RECIPIENTS.filter((recipient) => fails(recipient, DAY, 'refused'))
      expect(failing.length).toBeGreaterThan(0)
      expect(failing.length).toBeLessThan(RECIPIENTS.length)
      expect(RECIPIENTS.some((recipient) => fails(recipient, '2026-12-02', 'refused'))).toBe(false)
    })
    await result
  })
})
