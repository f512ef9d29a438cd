import { expect, test } from 'vitest'
import { readArguments } from '../../drill/arguments.ts'
import { VARIANTS } from '../../drill/variants.ts'

test('`readArguments` takes every drill, and a seed from the clock', () => {
  expect(readArguments(['failover'], 1_700_000_012_345)).toEqual({ variants: VARIANTS, seeds: [12_345] })
})

test('`readArguments` takes the named drills, with a seed for each run', () => {
  const { variants, seeds } = readArguments(['failover', 'divided', 'hold', '--seed', '7', '--runs', '3'])
  expect(variants.map(({ name }) => name)).toEqual(['hold', 'divided'])
  expect(seeds).toEqual([7, 8, 9])
})

test.each([
  [[], 'failover'],
  [['failover', 'nothing'], '"nothing"'],
  [['failover', '--seed', 'x'], '--seed'],
  [['failover', '--runs', '0'], '--runs'],
])('`readArguments` refuses %j', (args, reason) => {
  expect(() => readArguments(args)).toThrow(reason)
})
