import { describe, expect, test } from 'vitest'
import { randomId } from '../../../src/core/secrets.ts'

describe('random ids', () => {
  test('do not begin with a dash, so that they can be typed in a command', () => {
    const ids = Array.from({ length: 10_000 }, () => randomId(96))
    expect(ids.filter((id) => id.startsWith('-'))).toEqual([])
    expect(new Set(ids).size).toBe(ids.length)
  })

  test.each([
    [80, 14],
    [96, 16],
    [128, 22],
    [256, 43],
  ] as const)('of %i bits have %i characters', (bits, length) => {
    expect(randomId(bits)).toMatch(new RegExp(`^[\\w-]{${length}}$`))
  })
})
