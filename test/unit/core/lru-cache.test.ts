import { expect, test } from 'vitest'
import { LruCache } from '../../../src/core/lru-cache.ts'

test('LruCache drops the entry that was not used for longest', () => {
  const cache = new LruCache<string, number>(2)
  cache.set('a', 1)
  cache.set('b', 2)
  expect(cache.get('a')).toBe(1)
  cache.set('c', 3)
  expect(['a', 'b', 'c'].map((key) => cache.get(key))).toEqual([1, undefined, 3])
})

test('LruCache counts sizes, also of replaced and deleted entries, and keeps nothing too large', () => {
  const cache = new LruCache<string, string>(10, ({ length }) => length)
  cache.set('a', '12345')
  cache.set('a', '123456')
  cache.set('b', '1234')
  expect([cache.get('a'), cache.get('b')]).toEqual(['123456', '1234'])
  cache.delete('a')
  cache.set('c', '123456')
  expect([cache.get('b'), cache.get('c')]).toEqual(['1234', '123456'])
  cache.set('d', '12345678901')
  expect(cache.get('d')).toBeUndefined()
})
