import { expect, test } from 'vitest'
import { NoSlot } from '../../../src/limits/semaphore.ts'
import { BodyPlaces, type Place } from '../../../src/web/body-places.ts'

/** Takes a place at `beganAt` for a body that has `bytes` by then and later. */
function placesOf(limits: { total: number; perKey: number }) {
  const places = new BodyPlaces(limits)
  const ended: string[] = []
  const take = (name: string, { key = name, beganAt = 0, bytes = 0 } = {}): Place =>
    places.take(key, { beganAt, bytes: () => bytes, end: () => void ended.push(name) }, beganAt)
  return { take, ended }
}

test('a new body ends the one with the fewest bytes a second', () => {
  const { take, ended } = placesOf({ total: 3, perKey: 3 })
  take('steady', { bytes: 50_000 })
  take('idle')
  take('slow', { bytes: 5000 })
  take('new', { beganAt: 1000 })
  expect(ended).toEqual(['idle'])
})

test('a body that has just begun is not the slowest', () => {
  const { take, ended } = placesOf({ total: 2, perKey: 2 })
  take('dripping', { bytes: 2000 })
  take('fresh', { beganAt: 9900 })
  take('new', { beganAt: 10_000 })
  expect(ended).toEqual(['dripping'])
})

test('a network over its own limit ends its own slowest body', () => {
  const { take, ended } = placesOf({ total: 10, perKey: 2 })
  take('elsewhere')
  take('own idle', { key: 'own' })
  take('own steady', { key: 'own', bytes: 90_000 })
  take('own new', { key: 'own', beganAt: 1000 })
  expect(ended).toEqual(['own idle'])
})

test('many bodies of one network do not end the slow one of another', () => {
  const { take, ended } = placesOf({ total: 4, perKey: 3 })
  take('slow', { key: 'phone' })
  for (let n = 0; n < 5; n++) take(`idle ${n}`, { key: 'attacker', beganAt: 1000 * (n + 1) })
  take('another', { key: 'elsewhere', beganAt: 9000 })
  expect(ended).not.toContain('slow')
  expect(ended).not.toContain('another')
})

test('a body that has arrived keeps its place until it leaves', () => {
  const { take, ended } = placesOf({ total: 2, perKey: 1 })
  const [one, other] = [take('one'), take('other')]
  one.keep()
  other.keep()
  expect(() => take('late', { beganAt: 9000 })).toThrow(new NoSlot('total'))
  expect(() => take('one more', { key: 'one', beganAt: 9000 })).toThrow(new NoSlot('key'))
  one.leave()
  take('late', { beganAt: 9000 })
  expect(ended).toEqual([])
})
