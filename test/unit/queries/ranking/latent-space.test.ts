import { describe, expect, test } from 'vitest'
import { LatentSpace, toInt8, type WordCounts } from '../../../../src/queries/ranking/latent-space.ts'
import { SpaceLearner } from '../../../../src/queries/ranking/learn-space.ts'

const countsOf = (text: string): WordCounts => {
  const counts = new Map<string, number>()
  for (const word of text.split(' ')) counts.set(word, (counts.get(word) ?? 0) + 1)
  return counts
}

const learn = (texts: readonly string[], dimensions: number, minPapers = 1): LatentSpace => {
  const learner = new SpaceLearner()
  for (const text of texts) learner.add(countsOf(text))
  return learner.learn({ dimensions, minPapers })
}

const cosine = (a: ArrayLike<number> | null, b: ArrayLike<number> | null): number =>
  Array.from(a!).reduce((sum, value, i) => sum + value * b![i]!, 0)

// "car" and "automobile" never occur together, but with the same other words.
const TEXTS = [
  'car engine road wheel',
  'automobile engine road wheel',
  'car road driver wheel',
  'automobile road driver engine',
  'protein cell gene fold',
  'enzyme cell gene fold',
  'protein gene tissue fold',
  'enzyme gene tissue cell',
]

describe('a latent space', () => {
  test('places words close together that occur with the same words', () => {
    const space = learn(TEXTS, 2)
    const of = (text: string) => space.project(countsOf(text))
    expect(cosine(of('car'), of('automobile'))).toBeGreaterThan(0.95)
    expect(cosine(of('car'), of('protein'))).toBeLessThan(0.1)
    expect(of('unknown')).toBeNull()
  })

  test('has the direction of weighted words, whether or not it knows all of them', () => {
    const space = learn(TEXTS, 2)
    const known = space.directionOf(new Map([['car', 1]]))
    const withUnknown = new Map([
      ['unknown', 1],
      ['car', 1],
    ])
    expect(known).not.toBeNull()
    expect(space.directionOf(withUnknown)).toEqual(known)
    expect(space.directionOf(new Map([['unknown', 1]]))).toBeNull()
  })

  test('is the same for the same papers', () => {
    expect(learn(TEXTS, 4).encode().equals(learn(TEXTS, 4).encode())).toBe(true)
  })

  test('survives storage', () => {
    const space = learn(TEXTS, 3)
    const decoded = LatentSpace.decode(new Uint8Array(space.encode()))
    expect(decoded.words).toEqual(space.words)
    expect(decoded.project(countsOf('car road'))).toEqual(space.project(countsOf('car road')))
  })

  test('has the singular values of the matrix', () => {
    // Two papers with one word in common. The other words weigh the same, so the rows are unit vectors with the cosine
    // c, and the squared singular values are 1 + c and 1 - c.
    const space = learn(['a x', 'b x'], 2)
    const [rare, common] = [Math.log(3), Math.log(1.5)].map((rarity) => rarity ** 2) as [number, number]
    const c = common / (rare + common)
    // With all dimensions, a projection changes no angle.
    expect(cosine(space.project(countsOf('a x')), space.project(countsOf('b x')))).toBeCloseTo(c, 2)
    expect(space.strengths[0]! ** 2).toBeCloseTo(1 + c, 4)
    expect(space.strengths[1]! ** 2).toBeCloseTo(1 - c, 4)
  })

  test('leaves out rare words, and gives no vector to a text without known words', () => {
    const space = learn(TEXTS, 2, 3)
    expect(space.words).not.toContain('driver')
    expect(space.words).toContain('engine')
    expect(space.project(countsOf('driver unknown'))).toBeNull()
    expect(learn([], 2).project(countsOf('car'))).toBeNull()
  })

  test('projects to unit length', () => {
    const vector = learn(TEXTS, 5).project(countsOf('car engine gene'))
    expect(vector).toHaveLength(5)
    expect(cosine(vector, vector)).toBeCloseTo(1, 5)
  })
})

test('a vector as bytes keeps its direction', () => {
  const { bytes, scale } = toInt8(Float32Array.of(0.5, -1, 0.25))
  expect([...bytes]).toEqual([64, -127, 32])
  expect(scale).toBeCloseTo(1 / 127)
  expect([...toInt8(new Float32Array(2)).bytes]).toEqual([0, 0])
})
