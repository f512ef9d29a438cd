import { setTimeout as sleep } from 'node:timers/promises'
import { monotonicMs } from '../../../src/core/clock.ts'
import { quantile } from '../../bench/median.ts'
import { computedMs } from '../../support/computed-ms.ts'
import type { Verdict } from '../battery-case.ts'
import { chanceOfRow } from '../bench/seeded-random.ts'
import type { WrongPart } from '../bench/wrong-part.ts'
import { withSlowness } from '../bench/yardstick.ts'
import { costlyPreviews } from './costly-queries.ts'
import type { Busy } from './site-meter.ts'
import { type SearchingSite, withSearchingSite } from './with-searching-site.ts'

const PAPERS = 1500
const AT_ONCE = 30
/** From the first to the last of those of many networks. */
const WITHIN_MS = 1000
const NETWORKS = 20
/** With more than a hundred in progress, what was typed is no longer kept. */
const AT_ONCE_OF_MANY = 4
// In milliseconds of CPU time, on a processor that no other program slows down. Time in which the site does not run does
// not count: how long visitors waited by the clock, and the event loop delay, are printed and not judged.
/** Of the whole site while a visitor waits for the front page. */
const MAX_PAGE_MS = 300
/** In which the main thread does one thing. */
const MAX_SILENT_MS = 50
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
  /** How many times longer than usual the same work took, in CPU time. */
  slower: number
}

/** Whether others go on while one network, or twenty, send very expensive previews. */
export async function othersReadOn(): Promise<Verdict> {
  const crowds = await crowdsUntil(() => false)
  const faults = crowds.flatMap(faultsOf)
  return {
    ok: faults.length === 0,
    n: namesOf(crowds),
    result: [...faults, ...crowds.map(figuresOf)].join('; '),
  }
}

/** Whether the battery sees that others wait with a wrong part: `sees` is in a fault of one of the crowds. */
export async function othersWaitWith(part: WrongPart, sees: RegExp): Promise<Verdict> {
  const seenIn = (crowd: Crowd) => faultsOf(crowd).find((fault) => sees.test(fault))
  const crowds = await crowdsUntil((crowd) => seenIn(crowd) !== undefined, part)
  const caught = crowds.map(seenIn).find((fault) => fault !== undefined)
  const other = crowds.flatMap(faultsOf)[0] ?? crowds.map(figuresOf).join('; ')
  return {
    ok: caught !== undefined,
    n: namesOf(crowds),
    result: caught ? `caught: ${caught}` : `NOT CAUGHT: ${other}`,
  }
}

const namesOf = (crowds: readonly Crowd[]): string => crowds.map(({ n }) => n).join('; ')

/** One crowd after the other, until `isEnough`. */
const crowdsUntil = (isEnough: (crowd: Crowd) => boolean, part?: WrongPart): Promise<Crowd[]> =>
  withSearchingSite({ part, papers: PAPERS }, async (site) => {
    const costly = costlyPreviews(site.words)
    // Papers are read into memory, and code is compiled, also that of refusals.
    for (const form of [KEPT, ...costly, ...costly]) await send(site, form, '192.0.2.1')
    await Promise.all(Array.from({ length: AT_ONCE }, () => send(site, KEPT, '192.0.2.2')))
    for (let n = 0; n < 30; n++) await see(site, '/', `192.0.2.${n + 10}`)
    const many = Array.from({ length: NETWORKS }, (_, n) => `198.51.${n}.7`)
    const attacks: Attack[] = [
      { networks: ['203.0.113.7'], atOnce: AT_ONCE, forms: [KEPT] },
      { networks: many, atOnce: AT_ONCE_OF_MANY, forms: [KEPT] },
      { networks: many, atOnce: AT_ONCE, forms: costly },
    ]
    const crowds: Crowd[] = []
    for (const attack of attacks) {
      const crowd = await crowdOf(site, attack)
      crowds.push(crowd)
      if (isEnough(crowd)) break
    }
    return crowds
  })

interface Attack {
  networks: readonly string[]
  atOnce: number
  forms: readonly string[]
}

async function crowdOf(site: SearchingSite, { networks, atOnce, forms }: Attack): Promise<Crowd> {
  await site.busy()
  let isOver = false
  const chance = chanceOfRow()
  const random = chance.random()
  const sent = networks.flatMap((network) =>
    Array.from({ length: atOnce }, async (_, n) => {
      if (networks.length > 1) {
        const ms = random() * WITHIN_MS
        chance.record(`${network}, preview ${n} after ${ms} ms`)
        await sleep(ms)
      }
      return send(site, forms[n % forms.length]!, network)
    }),
  )
  const all = Promise.all(sent).finally(() => {
    isOver = true
  })
  const repeat = async (path: string, from: string): Promise<Seen[]> => {
    const seen: Seen[] = []
    for (let n = 0; !isOver; n++) {
      seen.push(await see(site, path.replace('{n}', `${n}`), `${from}.${n % 256}.1`))
      await sleep(10)
    }
    return seen
  }
  const { result, slower } = await withSlowness(computedMs, () =>
    Promise.all([all, repeat('/', '10.0'), repeat('/papers?q=learning+{n}', '10.1')]),
  )
  const [previews, pages, searches] = result
  const of = networks.length > 1 ? `each of ${networks.length} networks` : '1 network'
  return {
    n: `${atOnce} previews of ${of}`,
    previews,
    pages,
    searches,
    busy: await site.busy(),
    slower,
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

function faultsOf({ n, previews, pages, searches, busy, slower }: Crowd): string[] {
  const made = previews.filter(isMade)
  const isOfOne = n.endsWith('1 network')
  const isKept = !n.startsWith(`${AT_ONCE} previews of each`)
  const { silentMs, frontPageMs } = busy
  const wrong: [boolean, string][] = [
    [made.length === 0, `no preview of ${n} made`],
    [isOfOne && !previews.some(({ status }) => status === 429), `${n}: none of them was too many`],
    [
      frontPageMs > MAX_PAGE_MS * slower,
      `the site computed for ${frontPageMs.toFixed()} ms while others waited for GET /, during ${n}`,
    ],
    [
      silentMs > MAX_SILENT_MS * slower,
      `the main thread computed for ${silentMs.toFixed()} ms at once during ${n}`,
    ],
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

function figuresOf({ n, previews, pages, searches, busy, slower }: Crowd): string {
  const made = previews.filter(isMade)
  const spread = (seen: readonly Seen[]) => `p50 ${msOf(seen, 0.5)}, max ${msOf(seen, 1)} ms`
  const found = searches.filter(isMade)
  return [
    `${n}: ${made.length} made, ${previews.length - made.length} refused`,
    `GET / of others ${spread(pages)}, at most ${busy.frontPageMs.toFixed()} ms of CPU time`,
    `the main thread computed for at most ${busy.silentMs.toFixed()} ms at once, event loop delay p99.9 ${busy.delayMs.p999.toFixed()}, max ${busy.delayMs.max.toFixed()} ms`,
    `${found.length} of ${searches.length} searches of others found, ${spread(found)}`,
    `the processor ${slower.toFixed(1)} times slower than usual`,
  ].join(', ')
}
