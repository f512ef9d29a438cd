import { describe, expect, test } from 'vitest'
import { randomId } from '../../../src/core/secrets.ts'

describe('random ids', () => {
  test('one can be typed as a word of a command: none begins with a dash', () => {
    const ids = Array.from({ length: 10_000 }, () => randomId(96))
    expect(ids.filter((id) => id.startsWith('-'))).toEqual([])
    expect(new Set(ids).size).toBe(ids.length)
  })

  test.each([
    [80, 14],
    [96, 16],
    [128, 22],
    [256, 43],
  ] as const)('%i bits make %i characters', (bits, length) => {
    expect(randomId(bits)).toMatch(new RegExp(`^[\\w-]{${length}}$`))
  })
})
