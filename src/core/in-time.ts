import { setTimeout as after } from 'node:timers/promises'

/** Rejects with a sentence where `work` takes longer. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const ended = new AbortController()
  const late = after(ms, undefined, { signal: ended.signal }).then(() => {
    throw new Error(`no answer within ${Math.round(ms / 1000)} s`)
  })
  late.catch(() => {})
  try {
    return await Promise.race([work, late])
  } finally {
    ended.abort()
  }
}

/** Undefined where `work` takes longer, or fails. */
export const inTime = <T>(ms: number, work: Promise<T>): Promise<T | undefined> =>
  within(ms, work).catch(() => undefined)
