import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  cosineSimilarity,
  profileOf,
  toUnitLength,
  type Vector,
} from '../../../../src/queries/ranking/tf-idf.ts'

const vector = (weights: Record<string, number>): Vector => toUnitLength(new Map(Object.entries(weights)))
const NONE = new Set<string>()
const linear = vector({ linear: 3, attention: 4 })
const kernel = vector({ kernel: 4, attention: 3 })
const robots = vector({ robot: 1 })

test('more of two papers is what they share first, less of one a quarter as strong', () => {
  const profile = profileOf({ more: [linear, kernel], less: [robots], removed: NONE })
  expect([...profile.keys()]).toEqual(['attention', 'kernel', 'linear', 'robot'])
  expect(profile.get('robot')! / profile.get('attention')!).toBeCloseTo(-0.25 / ((0.8 + 0.6) / 2), 10)
})

test('a paper like the wanted ones comes before others, and one like the unwanted after them', () => {
  const profile = profileOf({ more: [linear], less: [robots], removed: NONE })
  const both = vector({ attention: 1, robot: 1 })
  const other = vector({ protein: 1 })
  const papers = [robots, other, both, kernel, linear]
  const ordered = papers.toSorted((a, b) => cosineSimilarity(profile, b) - cosineSimilarity(profile, a))
  expect(ordered).toEqual([linear, kernel, both, other, robots])
})

test('negative feedback moves papers down', () => {
  const profile = profileOf({ more: [], less: [linear], removed: NONE })
  expect(cosineSimilarity(profile, linear)).toBeCloseTo(-1)
  expect(cosineSimilarity(profile, robots)).toBe(0)
})

test('a word that was removed stays out, and the rest fills the length', () => {
  const profile = profileOf({ more: [linear], less: [], removed: new Set(['attention']) })
  expect([...profile]).toEqual([['linear', 1]])
})

describe('without feedback, nothing moves', () => {
  test.each<[string, Parameters<typeof profileOf>[0]]>([
    ['no opinion', { more: [], less: [], removed: NONE }],
    ['every word removed', { more: [robots], less: [], removed: new Set(['robot']) }],
    ['papers without words', { more: [new Map()], less: [new Map()], removed: NONE }],
  ])('%s', (_what, opinions) => {
    const profile = profileOf(opinions)
    expect(profile.size).toBe(0)
    expect(cosineSimilarity(profile, linear)).toBe(0)
  })
})

const anyVector = fc
  .dictionary(fc.stringMatching(/^[a-h]{1,2}$/), fc.double({ min: 0.01, max: 1, noNaN: true }), {
    maxKeys: 60,
  })
  .map(vector)

test('any feedback: up to 200 words, of unit length, none of those removed, strongest first', () => {
  const opinions = fc.record({
    more: fc.array(anyVector, { maxLength: 12 }),
    less: fc.array(anyVector, { maxLength: 12 }),
    removed: fc.array(fc.constantFrom('a', 'b', 'ab')).map((keys) => new Set(keys)),
  })
  fc.assert(
    fc.property(opinions, anyVector, (said, paper) => {
      const profile = profileOf(said)
      const weights = [...profile.values()].map(Math.abs)
      expect(profile.size).toBeLessThanOrEqual(200)
      if (profile.size > 0) expect(Math.hypot(...weights)).toBeCloseTo(1)
      expect([...said.removed].filter((key) => profile.has(key))).toEqual([])
      expect(weights).toEqual(weights.toSorted((a, b) => b - a))
      expect(Math.abs(cosineSimilarity(profile, paper))).toBeLessThanOrEqual(1 + 1e-9)
    }),
  )
})

test('of more than 200 words the strongest stay', () => {
  const many = vector(Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`w${i}`, 300 - i])))
  const profile = profileOf({ more: [many], less: [], removed: NONE })
  expect([profile.size, profile.has('w199'), profile.has('w200')]).toEqual([200, true, false])
})
