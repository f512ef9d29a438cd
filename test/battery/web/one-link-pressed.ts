import { monotonicMs } from '../../../src/core/clock.ts'
import { quantile } from '../../bench/median.ts'
import type { Verdict } from '../battery-case.ts'
import type { WrongPart } from '../bench/wrong-part.ts'
import type { ListeningSite, ReaderLinks } from './listening-site.ts'
import type { Busy } from './site-meter.ts'
import { type Visit, visit, withListeningSite } from './visitors.ts'

const PRESSERS = 250
const MS = 4000
const CLICKS = 5
/** Milliseconds of CPU time of the site while a visitor waits for the front page. How long that takes is printed only. */
const MAX_PAGE_MS = 300
/** One-clicks wait for the row that the presses change, but not for each of them. */
const MAX_PRESSES_BEFORE_A_CLICK = 20

interface Pressed {
  presses: Visit[]
  /** By the same subscriber and by another one, while the presses were in progress. */
  clicks: Visit[]
  /** The front page, for other visitors. */
  pages: Visit[]
  busy: Busy
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

function faultsOf({ presses, clicks, pages, busy }: Pressed): string[] {
  const others = presses.filter(({ status }) => status !== 303 && status !== 429)
  const refused = [...clicks, ...pages].filter(({ status }) => status !== 200)
  const before = pressesBeforeAClick(presses, clicks)
  return [
    ...(others.length > 0 ? [`${others.length} presses with ${others[0]!.status}`] : []),
    ...(refused.length > 0 ? [`${refused.length} pages or one-clicks with ${refused[0]!.status}`] : []),
    ...(before > MAX_PRESSES_BEFORE_A_CLICK ? [`${before} presses are done while a one-click waits`] : []),
    ...(pages.length < 5 ? [`only ${pages.length} × GET / of others`] : []),
    ...(busy.frontPageMs > MAX_PAGE_MS
      ? [`the site computed for ${busy.frontPageMs.toFixed()} ms while others waited for GET /`]
      : []),
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

/** Presses that were done while a one-click was in progress, for the one with the most of them. */
const pressesBeforeAClick = (presses: Visit[], clicks: Visit[]): number =>
  Math.max(
    ...clicks.map(
      ({ ms, endedAt }) =>
        presses.filter(
          (press) => press.status === 303 && press.endedAt > endedAt - ms && press.endedAt < endedAt,
        ).length,
    ),
  )

function summaryOf({ presses, clicks, pages, busy }: Pressed): string {
  const done = presses.filter(({ status }) => status === 303).length
  return [
    `${done} done, others get 429`,
    `${pages.length} × GET / of others p95 ${p95Of(pages)} ms, at most ${busy.frontPageMs.toFixed()} ms of CPU time`,
    `${clicks.length} one-clicks 200, the slowest after ${slowest(clicks)} ms and ${pressesBeforeAClick(presses, clicks)} presses`,
  ].join('; ')
}

const pressOneLink = (part?: WrongPart): Promise<Pressed> =>
  withListeningSite(part, async (site, busy) => {
    // The first ones have code compiled and papers read.
    for (let n = 0; n < 5; n++) await Promise.all([press(site), page(site, n)])
    await busy()
    const end = monotonicMs() + MS
    const pressing = Promise.all(Array.from({ length: PRESSERS }, () => pressUntil(site, end)))
    const pages: Visit[] = []
    const clicks: Promise<Visit>[] = []
    while (monotonicMs() < end) {
      pages.push(await page(site, pages.length))
      if (pages.length === 20) for (let n = 0; n < CLICKS; n++) clicks.push(click(site, site.other))
    }
    for (let n = 0; n < CLICKS; n++) clicks.push(click(site, site.reader))
    return {
      clicks: await Promise.all(clicks),
      pages,
      presses: (await pressing).flat(),
      busy: await busy(),
    }
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
