import { setTimeout } from 'node:timers/promises'
import { monotonicMs } from '../../../src/core/clock.ts'
import { quantile } from '../../bench/median.ts'
import { computedMs } from '../../support/computed-ms.ts'
import { expensiveLibraries } from '../../support/expensive-libraries.ts'
import { uploadLibrary } from '../../support/upload-library.ts'
import type { Verdict } from '../battery-case.ts'
import type { WrongPart } from '../bench/wrong-part.ts'
import { slowness } from '../bench/yardstick.ts'
import type { Busy } from './site-meter.ts'
import { type SearchingSite, withSearchingSite } from './with-searching-site.ts'

const PAPERS = 1500
/** Four of them, from two networks. */
const UPLOADS = [
  { name: 'scripts of scripts', from: '192.0.2.1' },
  { name: 'scripts of scripts', from: '192.0.2.1' },
  { name: 'scripts of scripts', from: '198.51.100.1' },
  { name: 'few formulas without end', from: '198.51.100.1' },
]
/**
 * Milliseconds of CPU time for one library: to start its thread, to read it, to propose topics, and its share of the
 * requests of others. Other programs count only as far as they make each step take longer, by sharing a core's caches.
 */
const MAX_CPU_MS = 3000
/** Milliseconds of CPU time in which the main thread does one thing. */
const MAX_SILENT_MS = 100
/** A machine may take this many times the CPU time, if others use it. Then the last library has 30 s to wait for. */
const MAX_LOAD = 10
const PAUSE_MS = 50
/** Milliseconds for others' pages, p95, on a machine that nothing else uses. */
const MAX_PAGE_MS = 300
/** Milliseconds for others' searches, p95, which wait for one library. */
const MAX_SEARCH_MS = MAX_CPU_MS + 500
/** A search that waits longer is refused. */
const MAX_WAIT_MS = 4000

/** Libraries that take long to read do not delay other visitors. */
export const noLibraryStopsIt = (part?: WrongPart): Promise<Verdict> =>
  withSearchingSite({ part, papers: PAPERS }, uploadToAll)

/** Whether the battery sees a site that a library stops. */
export async function libraryStopsWith(part: WrongPart): Promise<Verdict> {
  const { ok, n, result } = await noLibraryStopsIt(part)
  return { ok: !ok, n, result: `${ok ? 'NOT CAUGHT' : 'caught'}: ${result}` }
}

interface Seen {
  status: number
  ms: number
}

async function uploadToAll(site: SearchingSite): Promise<Verdict> {
  const { origin } = site
  // Papers are read into memory, and code is compiled.
  await see(`${origin}/papers?q=learning`, '203.0.113.1')
  await uploadLibrary(`${origin}/subscribe/library`, { body: 'Medieval trade routes', from: '203.0.113.1' })
  await site.busy()
  const libraries = new Map(expensiveLibraries().map(({ name, body }) => [name, body]))
  const signal = AbortSignal.timeout(UPLOADS.length * MAX_CPU_MS * MAX_LOAD)
  let isOver = false
  const uploads = Promise.all(
    UPLOADS.map(async ({ name, from }): Promise<Seen> => {
      const began = monotonicMs()
      const asked = { body: libraries.get(name)!, from, signal }
      const { status } = await uploadLibrary(`${origin}/subscribe/library`, asked).catch(() => ({
        status: 0,
      }))
      return { status, ms: monotonicMs() - began }
    }),
  ).finally(() => {
    isOver = true
  })
  const [front, search]: [Seen[], Seen[]] = [[], []]
  // For the compiler.
  for (let n = 0; n < 20; n++) slowness(monotonicMs)
  const load: number[] = []
  const costs: number[] = []
  for (let n = 0; !isOver; n++) {
    load.push(slowness(monotonicMs))
    costs.push(slowness(computedMs))
    front.push(await see(`${origin}/`, `10.0.${n % 256}.1`))
    search.push(await see(`${origin}/papers?q=learning+${n}`, `10.1.${n % 256}.1`))
    await setTimeout(PAUSE_MS)
  }
  return verdict(await uploads, {
    front,
    search,
    load: quantile(load, 0.95),
    cost: quantile(costs, 0.5),
    busy: await site.busy(),
  })
}

async function see(url: string, from: string): Promise<Seen> {
  const began = monotonicMs()
  const response = await fetch(url, { headers: { accept: 'text/html', 'x-forwarded-for': from } })
  await response.text()
  return { status: response.status, ms: monotonicMs() - began }
}

interface Others {
  front: Seen[]
  search: Seen[]
  /** How many times longer than usual the same work takes. */
  load: number
  /** How many times more CPU time than usual the same work takes. */
  cost: number
  busy: Busy
}

function verdict(uploads: Seen[], { front, search, load, cost, busy }: Others): Verdict {
  const { cpuMs, silentMs, delayMs } = busy
  const refused = (seen: Seen[]) => seen.filter(({ status }) => status !== 200)
  const read = uploads.filter(({ status }) => status === 200)
  // On a machine that is so slow, a library takes longer than a search waits.
  const mayRefuse = MAX_SEARCH_MS * load > MAX_WAIT_MS
  const isFine =
    read.length === uploads.length &&
    refused(front).length === 0 &&
    refused(search).every(({ status }) => mayRefuse && status === 503) &&
    cpuMs <= UPLOADS.length * MAX_CPU_MS * cost &&
    silentMs <= MAX_SILENT_MS &&
    p95Of(front) <= MAX_PAGE_MS * load &&
    p95Of(search) <= MAX_SEARCH_MS * load
  const seconds = uploads.map(({ ms }) => (ms / 1000).toFixed(1)).join(', ')
  return {
    ok: isFine,
    n: `${uploads.length} libraries at once of 2 networks, ${front.length + search.length} requests of others`,
    result: [
      `${read.length} read after ${seconds} s`,
      `${Math.round(cpuMs)} ms of CPU time (the same work takes ${cost.toFixed(1)} times as much as usual), at most ${Math.round(silentMs)} at once in the main thread`,
      `event loop delay p99.9 ${Math.round(delayMs.p999)} ms`,
      `GET / of others ${spread(front)}, searches ${spread(search)}, ${refused(search).length} refused`,
      `the machine ${load.toFixed(1)} times slower than usual`,
    ].join('; '),
  }
}

const quantileOf = (seen: readonly Seen[], share: number): number =>
  Math.round(
    quantile(
      seen.map(({ ms }) => ms),
      share,
    ),
  )

const p95Of = (seen: readonly Seen[]): number => quantileOf(seen, 0.95)

const spread = (seen: readonly Seen[]): string =>
  `p50 ${quantileOf(seen, 0.5)}, p95 ${p95Of(seen)}, max ${quantileOf(seen, 1)} ms`
