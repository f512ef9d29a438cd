import { expect, test } from 'vitest'
import { draw } from '../../mutations/draw.ts'
import { placesOf } from '../../mutations/places.ts'
import { parseSourceFile } from '../../support/source-files.ts'

const text = Array.from({ length: 20 }, (_, nth) => `const f${nth} = () => g(a < b, c && d, e + f)`).join(
  '\n',
)
const places = placesOf('src/a.ts', parseSourceFile('a.ts', text))
const drawn = (count: number, seed: number) => draw(places, count, seed).map(({ id }) => id)

test('the same seed draws the same mutants, another seed others', () => {
  expect(drawn(10, 1)).toEqual(drawn(10, 1))
  expect(drawn(10, 1)).not.toEqual(drawn(10, 2))
})

test('mutants are drawn from all parts of the files', () =>
  expect(new Set(draw(places, 20, 1).map(({ line }) => line)).size).toBe(20))

test('at most two mutants are in one function', () => {
  const lines = Map.groupBy(draw(places, 60, 1), ({ line }) => line)
  expect(Math.max(...[...lines.values()].map(({ length }) => length))).toBe(2)
})
