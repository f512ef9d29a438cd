import { afterEach, expect, test } from 'vitest'
import { threadCpuMs } from '../../../src/core/clock.ts'
import { checkDeadline, DeadlineExceeded, setDeadline, within } from '../../../src/queries/deadline.ts'

const UNLIMITED = Number.POSITIVE_INFINITY

afterEach(() => setDeadline(UNLIMITED))

/** Work that ends only when its deadline has passed. */
function workUntilDeadline(): never {
  for (;;) checkDeadline()
}

test('`within` returns the value of the work and subtracts its time from the budget', () => {
  const budget = { leftMs: 60_000 }
  const began = threadCpuMs()
  const compute = () => {
    while (threadCpuMs() - began < 5);
    return 'all'
  }
  expect(within(budget, compute)).toEqual({ value: 'all' })
  expect(budget.leftMs).toBeLessThan(60_000)
  expect(within({ leftMs: UNLIMITED }, () => 'all')).toEqual({ value: 'all' })
})

test('`within` stops work whose budget runs out', () => {
  const budget = { leftMs: 5 }
  expect(within(budget, workUntilDeadline)).toBeUndefined()
  expect(budget.leftMs).toBeLessThanOrEqual(0)
  expect(checkDeadline).not.toThrow()
})

test('`within` does not begin without a budget', () => {
  let isBegun = false
  expect(within({ leftMs: 0 }, () => (isBegun = true))).toBeUndefined()
  expect(isBegun).toBe(false)
})

test('`within` passes other errors on, and restores the deadline', () => {
  const fail = () => {
    throw new RangeError('of the work')
  }
  expect(() => within({ leftMs: 1000 }, fail)).toThrow(RangeError)
  expect(checkDeadline).not.toThrow()
})

test('an inner budget that runs out leaves the outer one its time', () => {
  const outer = { leftMs: 60_000 }
  const result = within(outer, () => {
    const inner = within({ leftMs: 5 }, workUntilDeadline)
    checkDeadline()
    return { inner }
  })
  expect(result).toEqual({ value: { inner: undefined } })
  expect(outer.leftMs).toBeLessThan(60_000 - 5)
})

test('an inner budget does not extend the outer one', () => {
  let isAfterInner = false
  const result = within({ leftMs: 5 }, () => {
    within({ leftMs: UNLIMITED }, workUntilDeadline)
    isAfterInner = true
  })
  expect(result).toBeUndefined()
  expect(isAfterInner).toBe(false)
})

test('`setDeadline` also stops work within a budget, as an error', () => {
  setDeadline(5)
  expect(() => within({ leftMs: 60_000 }, workUntilDeadline)).toThrow(DeadlineExceeded)
  expect(checkDeadline).toThrow(DeadlineExceeded)
  setDeadline(UNLIMITED)
  expect(checkDeadline).not.toThrow()
})
