import { expect, test } from 'vitest'
import { EQUIVALENT } from '../../mutations/equivalent.ts'
import { placesOf, readSource } from '../../mutations/places.ts'

test.each(EQUIVALENT)('$file still has the equivalent mutant of "$line"', ({ file, operator, line }) => {
  const mutants = placesOf(file, readSource(file)).flatMap(({ mutants }) => mutants)
  expect(mutants.some((mutant) => mutant.operator === operator && mutant.code === line)).toBe(true)
})
