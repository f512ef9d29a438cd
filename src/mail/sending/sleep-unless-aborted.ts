import { setTimeout as sleep } from 'node:timers/promises'

/** Waits, and returns early instead of throwing if the signal aborts. */
export const sleepUnlessAborted = (ms: number, signal?: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal }).catch(() => {})
