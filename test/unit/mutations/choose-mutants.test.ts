import { expect, test } from 'vitest'
import { type Choice, chooseMutants } from '../../mutations/choose-mutants.ts'

const CHOICE: Choice = {
  seed: '1',
  count: '8',
  part: '1/1',
  planted: false,
  folders: ['src/queries/matching'],
}
const idsOf = (changed: Partial<Choice>) => chooseMutants({ ...CHOICE, ...changed }).map(({ id }) => id)

test('`chooseMutants` draws all mutants of a seed in its parts', () => {
  const all = idsOf({})
  expect(all.length).toBeGreaterThan(2)
  expect([...idsOf({ part: '1/2' }), ...idsOf({ part: '2/2' })].sort()).toEqual(all.sort())
})

test('`chooseMutants` finds a mutant by its id', () => {
  const [first] = idsOf({})
  expect(idsOf({ only: [first!] })).toEqual([first])
})

test.each<[string, Partial<Choice>, string]>([
  ['an unknown id', { only: ['src/queries/none.ts:1:x'] }, 'There is no mutant src/queries/none.ts:1:x.'],
  ['a part after the last one', { part: '9/4' }, '--part takes'],
  ['a part before the first one', { part: '0/4' }, '--part takes'],
  ['a part without a number of parts', { part: '1' }, '--part takes'],
  ['a count that is a word', { count: 'x' }, '--count takes'],
  ['a count of 0', { count: '0' }, '--count takes'],
  ['a seed that is a word', { seed: 'x' }, '--seed takes'],
  ['a part without mutants', { count: '1', part: '2/2' }, 'There is nothing to change'],
])('`chooseMutants` refuses %s', (_, changed, message) => {
  expect(() => idsOf(changed)).toThrow(message)
})
