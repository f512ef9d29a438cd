import { getHeapStatistics } from 'node:v8'
import { expect, test } from 'vitest'
import { idleCollector } from '../../../src/core/collect-when-idle.ts'

test('an idle thread gives memory back, once until its heap has grown', () => {
  const collectIfIdle = idleCollector(Number.POSITIVE_INFINITY)
  collectIfIdle(0)
  let garbage: number[][] | undefined = Array.from({ length: 1000 }, () => new Array<number>(8000).fill(1.5))
  const size = getHeapStatistics().total_heap_size
  garbage = undefined
  expect(garbage).toBeUndefined()
  expect(collectIfIdle(0.5), 'busy').toBe(false)
  expect(idleCollector(size - 1)(0), 'too large').toBe(false)
  expect(collectIfIdle(0.01), 'idle').toBe(true)
  expect(size - getHeapStatistics().total_heap_size).toBeGreaterThan(50e6)
  expect(collectIfIdle(0.01), 'nothing has grown').toBe(false)
})
