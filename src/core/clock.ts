import { setTimeout as after } from 'node:timers/promises'

/** The only place that reads the machine's time. Everything else takes `now` as a value, or a Clock. */
export interface Clock {
  now(): Date
}

/** A clock that can be set, for the demo and for tests. */
export interface MovableClock extends Clock {
  moveTo(instant: Date): void
}

export function systemClock(): Clock {
  return { now: () => new Date() }
}

/**
 * A clock that shows `start` at the machine's instant `beganAt` and runs at the machine's speed from there; `moveTo`
 * sets it. Two threads with the same instants have the same clock.
 */
export function clockFrom(start: Date, beganAt = new Date()): MovableClock {
  let offset = start.getTime() - beganAt.getTime()
  return {
    now: () => new Date(Date.now() + offset),
    moveTo: (instant) => {
      offset = instant.getTime() - Date.now()
    },
  }
}

/** Shows the same instant until it is moved. */
export function stoppedClock(start: Date): MovableClock {
  let current = start
  return {
    now: () => new Date(current),
    moveTo: (instant) => {
      current = instant
    },
  }
}

/** Milliseconds since the epoch, by the machine's clock when this process began. Ignores later changes of the clock. */
export const monotonicEpochMs = (): number => performance.timeOrigin + performance.now()

/** Milliseconds since an arbitrary point, for durations only. */
export const monotonicMs = (): number => performance.now()

/** Milliseconds of CPU time of this thread, for differences only. What other programs use does not count. */
export function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

/** Rejects with a message if `work` takes longer. */
export async function withTimeout<T>(ms: number, work: Promise<T>): Promise<T> {
  const ended = new AbortController()
  const timeout = after(ms, undefined, { signal: ended.signal }).then(() => {
    throw new Error(`no answer within ${Math.round(ms / 1000)} s`)
  })
  timeout.catch(() => {})
  try {
    return await Promise.race([work, timeout])
  } finally {
    ended.abort()
  }
}

/** Undefined if `work` takes longer, or fails. */
export const tryWithTimeout = <T>(ms: number, work: Promise<T>): Promise<T | undefined> =>
  withTimeout(ms, work).catch(() => undefined)
