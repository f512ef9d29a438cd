import { randomFrom } from '../battery/bench/seeded-random.ts'
import type { Mutant, Place } from './places.ts'

const MAX_IN_ONE_FUNCTION = 2

/**
 * Draws mutants evenly over the places: cuts their list into `count` pieces of the same length, and takes one of each.
 * At most two are in one function; a piece that has only places in full functions gives none.
 */
export function draw(places: readonly Place[], count: number, seed: number): Mutant[] {
  const random = randomFrom(seed)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!
  const inScope = new Map<string, number>()
  const border = (nth: number) => Math.round((nth * places.length) / count)
  return Array.from({ length: count }, (_, nth) => places.slice(border(nth), border(nth + 1))).flatMap(
    (piece) => {
      const free = piece.filter(({ scope }) => (inScope.get(scope) ?? 0) < MAX_IN_ONE_FUNCTION)
      if (free.length === 0) return []
      const { scope, mutants } = pick(free)
      inScope.set(scope, (inScope.get(scope) ?? 0) + 1)
      return [pick(mutants)]
    },
  )
}
