import { monotonicMs } from '../../../src/core/clock.ts'
import { quantile } from '../../bench/median.ts'
import type { Verdict } from '../battery-case.ts'
import type { WrongPart } from '../bench/wrong-part.ts'
import type { ListeningSite, ReaderLinks } from './listening-site.ts'
import { type Visit, visit, withListeningSite } from './visitors.ts'

const PRESSERS = 250
const MS = 4000
const CLICKS = 5
const MAX_P95_MS = 300
/** One-clicks wait for the row that the presses change, but not for each of them. */
const MAX_CLICK_MS = 1000

interface Pressed {
  presses: Visit[]
  /** By the same subscriber and by another one, while the presses were in progress. */
  clicks: Visit[]
  /** The front page, for other visitors. */
  pages: Visit[]
}

/** Whether others go on while one link is pressed all the time. */
export async function othersGoOn(): Promise<Verdict> {
  const pressed = await pressOneLink()
  const faults = faultsOf(pressed)
  return {
    ok: faults.length === 0,
    n: `${PRESSERS} at once for ${MS / 1000} s`,
    result: [...faults, summaryOf(pressed)].join('; '),
  }
}

/** Whether the battery sees that others wait with a wrong part. */
export async function othersWaitWith(part: WrongPart): Promise<Verdict> {
  const pressed = await pressOneLink(part)
  const [fault] = faultsOf(pressed)
  const result = fault ? `caught: ${fault}` : `NOT CAUGHT: ${summaryOf(pressed)}`
  return { ok: fault !== undefined, n: `${PRESSERS} at once for ${MS / 1000} s`, result }
}

function faultsOf({ presses, clicks, pages }: Pressed): string[] {
  const others = presses.filter(({ status }) => status !== 303 && status !== 429)
  const refused = [...clicks, ...pages].filter(({ status }) => status !== 200)
  const p95 = p95Of(pages)
  return [
    ...(others.length > 0 ? [`${others.length} presses with ${others[0]!.status}`] : []),
    ...(refused.length > 0 ? [`${refused.length} pages or one-clicks with ${refused[0]!.status}`] : []),
    ...(slowest(clicks) > MAX_CLICK_MS ? [`a one-click takes ${slowest(clicks)} ms`] : []),
    ...(pages.length < 5 || p95 > MAX_P95_MS ? [`GET / of others p95 ${p95} ms`] : []),
  ]
}

const p95Of = (pages: Visit[]): number =>
  Math.round(
    quantile(
      pages.map(({ ms }) => ms),
      0.95,
    ),
  )

const slowest = (visits: Visit[]): number => Math.round(Math.max(...visits.map(({ ms }) => ms)))

function summaryOf({ presses, clicks, pages }: Pressed): string {
  const done = presses.filter(({ status }) => status === 303).length
  return `${done} done, others get 429; ${pages.length} × GET / of others p95 ${p95Of(pages)} ms; ${clicks.length} one-clicks 200, the slowest after ${slowest(clicks)} ms`
}

const pressOneLink = (part?: WrongPart): Promise<Pressed> =>
  withListeningSite(part, async (site) => {
    // The first ones have code compiled and papers read.
    for (let n = 0; n < 5; n++) await Promise.all([press(site), page(site, n)])
    const end = monotonicMs() + MS
    const pressing = Promise.all(Array.from({ length: PRESSERS }, () => pressUntil(site, end)))
    const pages: Visit[] = []
    const clicks: Promise<Visit>[] = []
    while (monotonicMs() < end) {
      pages.push(await page(site, pages.length))
      if (pages.length === 20) for (let n = 0; n < CLICKS; n++) clicks.push(click(site, site.other))
    }
    for (let n = 0; n < CLICKS; n++) clicks.push(click(site, site.reader))
    return { clicks: await Promise.all(clicks), pages, presses: (await pressing).flat() }
  })

async function pressUntil(site: ListeningSite, end: number): Promise<Visit[]> {
  const presses: Visit[] = []
  while (monotonicMs() < end) presses.push(await press(site))
  return presses
}

const press = (site: ListeningSite): Promise<Visit> =>
  visit(site, site.reader.topic, { ip: '198.51.100.7', form: { do: 'more', paper: String(site.paper) } })

const page = (site: ListeningSite, n: number): Promise<Visit> =>
  visit(site, '/', { ip: `203.0.${n % 256}.1` })

const click = (site: ListeningSite, { unsubscribe }: ReaderLinks): Promise<Visit> =>
  visit(site, unsubscribe, { ip: '192.0.2.1', form: { 'List-Unsubscribe': 'One-Click' } })
