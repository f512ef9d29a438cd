import { expect } from 'vitest'

/** Does something in another time zone; what is waited for goes on in it. */
export function inZone<T>(zone: string, work: () => T): T {
  const before = process.env.TZ
  const restore = () => {
    if (before === undefined) delete process.env.TZ
    else process.env.TZ = before
  }
  process.env.TZ = zone
  expect(new Date(0).getTimezoneOffset()).not.toBe(0)
  const done = work()
  if (done instanceof Promise) return done.finally(restore) as T
  restore()
  return done
}
