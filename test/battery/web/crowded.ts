import { setTimeout as sleep } from 'node:timers/promises'
import { monotonicMs } from '../../../src/core/clock.ts'
import { quantile } from '../../bench/median.ts'
import type { Verdict } from '../battery-case.ts'
import { randomFrom } from '../bench/seeded-random.ts'
import type { WrongPart } from '../bench/wrong-part.ts'
import { costlyPreviews } from './costly-queries.ts'
import type { Busy } from './searching-site.ts'
import { type SearchingSite, withSearchingSite } from './with-searching-site.ts'
import { slowness } from './yardstick.ts'

const PAPERS = 1500
const AT_ONCE = 30
/** From the first to the last of those of many networks. */
const WITHIN_MS = 1000
const NETWORKS = 20
/** With more than a hundred in progress, what was typed is no longer kept. */
const AT_ONCE_OF_MANY = 4
// In milliseconds, on a machine that nothing else uses.
const MAX_PAGE_MS = 300
const MAX_DELAY_MS = 50
/** On a machine that is slower, the delay says how long the threads of others ran. */
const MAX_LOAD = 1.5
/** Milliseconds of CPU time in which the main thread does one thing; other programs do not count. */
const MAX_SILENT_MS = 100
const EMAIL = 'ann@typed.example'

/** As many topics as a form takes, and long ones. */
const TOPICS = Array.from({ length: 20 }, (_, n) =>
  Array.from({ length: 60 }, (_, word) => `w${n}x${word}`).join(' OR '),
)

const KEPT = new URLSearchParams([
  ['email', EMAIL],
  ...TOPICS.map((topic): [string, string] => ['topic', topic]),
]).toString()

interface Seen {
  status: number
  ms: number
  retryAfter: string | null
  body: string
}

interface Crowd {
  n: string
  previews: Seen[]
  /** Of others, meanwhile. */
  pages: Seen[]
  searches: Seen[]
  busy: Busy
  /** How many times slower than usual the machine was, because other programs use it. */
  load: number
}

/** Whether others go on while one network, or twenty, send very expensive previews. */
export async function othersReadOn(): Promise<Verdict> {
  const crowds = await crowd()
  const faults = crowds.flatMap(faultsOf)
  const n = crowds.map(({ n }) => n).join('; ')
  return { ok: faults.length === 0, n, result: [...faults, ...crowds.map(figuresOf)].join('; ') }
}

/** Whether the battery sees that others wait with a wrong part: `sees` is in a fault. */
export async function othersWaitWith(part: WrongPart, sees: RegExp): Promise<Verdict> {
  const crowds = await crowd(part)
  const faults = crowds.flatMap(faultsOf)
  const caught = faults.find((fault) => sees.test(fault))
  const result = caught ? `caught: ${caught}` : `NOT CAUGHT: ${faults[0] ?? crowds.map(figuresOf).join('; ')}`
  return { ok: caught !== undefined, n: crowds.map(({ n }) => n).join('; '), result }
}

const crowd = (part?: WrongPart): Promise<Crowd[]> =>
  withSearchingSite({ part, papers: PAPERS }, async (site) => {
    const costly = costlyPreviews(site.words)
    // Papers are read into memory, and code is compiled.
    for (const form of [KEPT, ...costly, ...costly]) await send(site, form, '192.0.2.1')
    for (let n = 0; n < 20; n++) slowness(monotonicMs)
    for (let n = 0; n < 30; n++) await see(site, '/', `192.0.2.${n + 10}`)
    const many = Array.from({ length: NETWORKS }, (_, n) => `198.51.${n}.7`)
    return [
      await crowdOf(site, { networks: ['203.0.113.7'], atOnce: AT_ONCE, forms: [KEPT] }),
      await crowdOf(site, { networks: many, atOnce: AT_ONCE_OF_MANY, forms: [KEPT] }),
      await crowdOf(site, { networks: many, atOnce: AT_ONCE, forms: costly }),
    ]
  })

interface Attack {
  networks: readonly string[]
  atOnce: number
  forms: readonly string[]
}

async function crowdOf(site: SearchingSite, { networks, atOnce, forms }: Attack): Promise<Crowd> {
  await site.busy()
  let isOver = false
  const random = randomFrom(7)
  const sent = networks.flatMap((network) =>
    Array.from({ length: atOnce }, async (_, n) => {
      if (networks.length > 1) await sleep(random() * WITHIN_MS)
      return send(site, forms[n % forms.length]!, network)
    }),
  )
  const all = Promise.all(sent).finally(() => {
    isOver = true
  })
  const load: number[] = []
  const measure = async () => {
    while (!isOver) {
      load.push(slowness(monotonicMs))
      await sleep(500)
    }
  }
  const repeat = async (path: string, from: string): Promise<Seen[]> => {
    const seen: Seen[] = []
    for (let n = 0; !isOver; n++) {
      seen.push(await see(site, path.replace('{n}', `${n}`), `${from}.${n % 256}.1`))
      await sleep(10)
    }
    return seen
  }
  const [previews, pages, searches] = await Promise.all([
    all,
    repeat('/', '10.0'),
    repeat('/papers?q=learning+{n}', '10.1'),
    measure(),
  ])
  const of = networks.length > 1 ? `each of ${networks.length} networks` : '1 network'
  return {
    n: `${atOnce} previews of ${of}`,
    previews,
    pages,
    searches,
    busy: await site.busy(),
    load: quantile(load, 0.95),
  }
}

const send = (site: SearchingSite, form: string, from: string): Promise<Seen> =>
  request(`${site.origin}/preview`, from, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form,
  })

const see = (site: SearchingSite, path: string, from: string): Promise<Seen> =>
  request(site.origin + path, from)

async function request(url: string, from: string, init: RequestInit = {}): Promise<Seen> {
  const began = monotonicMs()
  const headers = { accept: 'text/html', 'x-forwarded-for': from, ...init.headers }
  const response = await fetch(url, { ...init, headers })
  const body = await response.text()
  const { status, headers: received } = response
  return { status, ms: monotonicMs() - began, retryAfter: received.get('retry-after'), body }
}

const isMade = ({ status }: Seen): boolean => status === 200

function faultsOf({ n, previews, pages, searches, busy, load }: Crowd): string[] {
  const made = previews.filter(isMade)
  const isOfOne = n.endsWith('1 network')
  const isKept = !n.startsWith(`${AT_ONCE} previews of each`)
  const { delayMs, silentMs } = busy
  const wrong: [boolean, string][] = [
    [made.length === 0, `no preview of ${n} made`],
    [isOfOne && !previews.some(({ status }) => status === 429), `${n}: none of them was too many`],
    [msOf(pages, 1) > MAX_PAGE_MS * load, `GET / of others took ${msOf(pages, 1)} ms during ${n}`],
    [
      load < MAX_LOAD && delayMs.p999 > MAX_DELAY_MS,
      `event loop delay p99.9 ${delayMs.p999.toFixed()} ms during ${n}`,
    ],
    [silentMs > MAX_SILENT_MS, `the main thread computed for ${silentMs.toFixed()} ms at once during ${n}`],
    [!searches.some(isMade), `no search of others during ${n}`],
  ]
  const refusedPages = pages.filter((seen) => !isMade(seen))
  return [
    ...wrong.flatMap(([isWrong, what]) => (isWrong ? [what] : [])),
    ...refusedPages.map(({ status }) => `GET / of others: ${status}`),
    ...previews.filter((seen) => !isMade(seen)).flatMap((seen) => faultsOfRefusal(seen, isKept)),
    ...searches.filter((seen) => !isMade(seen)).flatMap((seen) => faultsOfRefusal(seen, false)),
  ]
}

function faultsOfRefusal({ status, retryAfter, body }: Seen, isKept: boolean): string[] {
  const isRefused = status === 429 || status === 503
  const isLost =
    isKept && !(body.includes(`value="${EMAIL}"`) && TOPICS.every((topic) => body.includes(topic)))
  return [
    ...(isRefused ? [] : [`a preview or search: ${status}`]),
    ...(isRefused && !(Number(retryAfter) > 0) ? [`${status} without Retry-After`] : []),
    ...(isLost ? [`${status}: what was typed is lost`] : []),
  ]
}

const msOf = (seen: readonly Seen[], share: number): number =>
  Math.round(
    quantile(
      seen.map(({ ms }) => ms),
      share,
    ),
  )

function figuresOf({ n, previews, pages, searches, busy, load }: Crowd): string {
  const made = previews.filter(isMade)
  const spread = (seen: readonly Seen[]) => `p50 ${msOf(seen, 0.5)}, max ${msOf(seen, 1)} ms`
  const found = searches.filter(isMade)
  return [
    `${n}: ${made.length} made, ${previews.length - made.length} refused`,
    `GET / of others ${spread(pages)}`,
    `event loop delay p99.9 ${busy.delayMs.p999.toFixed(0)}, max ${busy.delayMs.max.toFixed(0)} ms, longest slice ${busy.silentMs.toFixed(0)} ms of CPU time`,
    `${found.length} of ${searches.length} searches of others found, ${spread(found)}`,
    `the machine ${load.toFixed(1)} times slower than usual`,
  ].join(', ')
}
