import { describe, expect, test } from 'vitest'
import { readArguments } from '../../battery/arguments.ts'
import type { BatteryCase } from '../../battery/battery-case.ts'

const named = (name: string): BatteryCase => ({
  name,
  fault: 'a fault',
  invariant: 'it holds',
  run: async () => 'not tried',
})
const ROWS = ['crash', 'crash-wrong', 'web-forms', 'web-admin', 'kill'].map(named)

const read = (...args: string[]) => readArguments(args, ROWS)
const namesOf = (...args: string[]) => read(...args).cases.map(({ name }) => name)

describe('`readArguments`', () => {
  test('takes all rows in profile ci with the default seed', () => {
    expect(read()).toMatchObject({ profile: 'ci', seed: 20261124, isWhole: true })
    expect(namesOf()).toHaveLength(ROWS.length)
  })

  test('takes the row of a name, or all whose names contain it', () => {
    expect(namesOf('crash')).toEqual(['crash'])
    expect(namesOf('web')).toEqual(['web-forms', 'web-admin'])
  })

  test('deals the rows to parts in the order of their names, each row to one', () => {
    expect(namesOf('--part', '1/2')).toEqual(['crash', 'web-forms', 'kill'])
    expect(namesOf('--part', '2/2')).toEqual(['crash-wrong', 'web-admin'])
  })

  test.each([
    [['--seed', 'x'], '--seed takes a whole number'],
    [['--seed', '-1'], '--seed'],
    [['--part', '3/2'], '--part takes K/N'],
    [['--part', '0/2'], '--part takes K/N'],
    [['--profile', 'weekly'], 'no profile "weekly"'],
    [['--at-once', '0'], '--at-once takes'],
    [['crash', 'nothing'], 'no row "nothing"'],
  ])('refuses %j', (args, sentence) => {
    expect(() => read(...args)).toThrow(sentence)
  })
})
