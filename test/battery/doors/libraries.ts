import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { monotonicMs } from '../../../src/core/clock.ts'
import { quantile } from '../../bench/median.ts'
import { expensiveLibraries } from '../../support/expensive-libraries.ts'
import { uploadLibrary } from '../../support/upload-library.ts'
import type { Verdict } from '../battery-case.ts'
import { programWith, type WrongPart } from '../bench/wrong-part.ts'
import { storeManyPapers } from './costly.ts'
import type { Computed } from './library-site.ts'
import { seededDatabase } from './seeded-database.ts'
import { slowness } from './yardstick.ts'

const PAPERS = 1500
/** Four of them, from two networks. */
const UPLOADS = [
  { name: 'scripts of scripts', from: '192.0.2.1' },
  { name: 'scripts of scripts', from: '192.0.2.1' },
  { name: 'scripts of scripts', from: '198.51.100.1' },
  { name: 'few formulas without end', from: '198.51.100.1' },
]
/** Milliseconds of CPU time for one library and its share of the requests of others; other programs do not count. */
const MAX_CPU_MS = 2500
/** Milliseconds of CPU time in which nothing else runs. */
const MAX_SILENT_MS = 150
/** A machine may take this many times the CPU time, if others use it. Then the last library has 30 s to wait for. */
const MAX_LOAD = 10
const PAUSE_MS = 50
/** Milliseconds for others' pages and searches, p95, on a machine that nothing else uses. */
const MAX_P95_MS = 500

/** Libraries that take long to read do not delay other visitors. */
export async function noLibraryStopsIt(part?: WrongPart): Promise<Verdict> {
  const { url, drop } = await seededDatabase()
  await storeManyPapers(url, PAPERS)
  const [program = '', ...args] = programWith(part, 'test/battery/doors/library-site.ts')
  const site = fork(program, [...args, url])
  const ended = once(site, 'exit')
  try {
    const [port] = (await Promise.race([once(site, 'message'), ended])) as [unknown]
    if (typeof port !== 'number' || site.exitCode !== null)
      throw new Error(`the site ended with ${String(port)}`)
    return await uploadToAll(site, `http://127.0.0.1:${port}`)
  } finally {
    site.kill()
    await ended
    await drop()
  }
}

/** Whether the battery sees a site that a library stops. */
export async function libraryStopsWith(part: WrongPart): Promise<Verdict> {
  const { ok, n, result } = await noLibraryStopsIt(part)
  return { ok: !ok, n, result: `${ok ? 'NOT CAUGHT' : 'caught'}: ${result}` }
}

interface Seen {
  status: number
  ms: number
}

async function uploadToAll(site: ChildProcess, origin: string): Promise<Verdict> {
  const computed = async () => {
    site.send('computed')
    const [all] = (await once(site, 'message')) as [Computed]
    return all
  }
  // Papers are read into memory, and code is compiled.
  await see(`${origin}/papers?q=learning`, '203.0.113.1')
  await uploadLibrary(`${origin}/subscribe/library`, { body: 'Medieval trade routes', from: '203.0.113.1' })
  await computed()
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
  for (let n = 0; !isOver; n++) {
    load.push(slowness(monotonicMs))
    front.push(await see(`${origin}/`, `10.0.${n % 256}.1`))
    search.push(await see(`${origin}/papers?q=learning+${n}`, `10.1.${n % 256}.1`))
    await setTimeout(PAUSE_MS)
  }
  return verdict(await uploads, { front, search, load: quantile(load, 0.95), computed: await computed() })
}

async function see(url: string, from: string): Promise<Seen> {
  const began = monotonicMs()
  const response = await fetch(url, { headers: { accept: 'text/html', 'x-forwarded-for': from } })
  await response.text()
  return { status: response.status, ms: monotonicMs() - began }
}

function verdict(
  uploads: Seen[],
  { front, search, load, computed }: { front: Seen[]; search: Seen[]; load: number; computed: Computed },
): Verdict {
  const others = [...front, ...search]
  const refused = others.filter(({ status }) => status !== 200).length
  const read = uploads.filter(({ status }) => status === 200)
  const isFine =
    read.length === uploads.length &&
    refused === 0 &&
    computed.allMs <= UPLOADS.length * MAX_CPU_MS &&
    computed.silentMs <= MAX_SILENT_MS &&
    [front, search].every((seen) => p95Of(seen) <= MAX_P95_MS * load)
  const seconds = uploads.map(({ ms }) => (ms / 1000).toFixed(1)).join(', ')
  return {
    ok: isFine,
    n: `${uploads.length} libraries at once of 2 networks, ${others.length} requests of others`,
    result: `${read.length} read after ${seconds} s; ${Math.round(computed.allMs)} ms of CPU time, at most ${Math.round(computed.silentMs)} in one slice; others: ${refused} refused, GET / ${spread(front)}, searches ${spread(search)}, the machine ${load.toFixed(1)} times slower than usual`,
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
