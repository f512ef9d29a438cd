import { setTimeout as after } from 'node:timers/promises'

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
