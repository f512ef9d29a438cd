import { setTimeout as sleep } from 'node:timers/promises'
import { monotonicMs } from '../../../src/core/clock.ts'
import { quantile } from '../median.ts'

const MAX_REQUEST_MS = 30_000

let asked = 0

/** As a proxy passes on a request from a network of its own, so that no limit per network counts. */
const headers = (): Record<string, string> => {
  const n = asked++
  return { 'x-forwarded-for': `${11 + ((n >> 16) & 63)}.${(n >> 8) & 255}.${n & 255}.1` }
}

export interface Visits {
  requests: number
  /** Responses with another status than 200, and requests without a response. */
  failed: number
  p50: number
  p95: number
}

/** People who read: a page at a time from each site in turn, this many a second, until they are stopped. */
export function startVisitors(sites: readonly string[], paths: readonly string[], perSecond: number) {
  let waits: number[] = []
  let failed = 0
  let count = 0
  const stopping = new AbortController()
  const visit = async (url: string) => {
    const began = monotonicMs()
    const isFine = await fetch(url, { headers: headers(), signal: AbortSignal.timeout(MAX_REQUEST_MS) }).then(
      async (response) => {
        await response.arrayBuffer()
        return response.status === 200
      },
      () => false,
    )
    waits.push(monotonicMs() - began)
    if (!isFine) failed++
  }
  const pending = new Set<Promise<void>>()
  const goOn = async () => {
    while (!stopping.signal.aborted) {
      const visiting = visit(`${sites[count % sites.length]}${paths[count % paths.length]}`)
      pending.add(visiting)
      visiting.finally(() => pending.delete(visiting))
      count++
      await sleep(1000 / perSecond)
    }
  }
  const going = goOn()
  return {
    /** Since the last call. */
    take: (): Visits => {
      const taken = { requests: waits.length, failed, p50: quantile(waits, 0.5), p95: quantile(waits, 0.95) }
      waits = []
      failed = 0
      return taken
    },
    stop: async () => {
      stopping.abort()
      await going
      await Promise.all(pending)
    },
  }
}

export type Visitors = ReturnType<typeof startVisitors>

/** Reads pages as fast as the sites respond, over some connections, and counts them. */
export async function readPages(
  sites: readonly string[],
  paths: readonly string[],
  { connections, maxMs }: { connections: number; maxMs: number },
): Promise<number> {
  const until = monotonicMs() + maxMs
  let count = 0
  const read = async () => {
    while (monotonicMs() < until) {
      const n = count++
      const response = await fetch(`${sites[n % sites.length]}${paths[n % paths.length]}`, {
        headers: headers(),
      })
      await response.arrayBuffer()
      if (response.status !== 200) throw new Error(`${response.status} for ${paths[n % paths.length]}`)
    }
  }
  await Promise.all(Array.from({ length: connections }, read))
  return count
}
