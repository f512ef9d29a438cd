import type { Day } from '../../../src/core/dates.ts'
import type { ArxivTrouble } from '../../support/arxiv-server.ts'
import type { Trouble } from '../../support/json-server.ts'
import { chanceOfRow } from '../bench/seeded-random.ts'
import { entriesAt, type HfDays } from './hf-days.ts'
import { isFeedDay } from './month.ts'

const EVERY_REQUEST = 1000
/** Of half hours that bring a trouble or two besides what is planned. */
const SHARE = 0.15
const SLOW_MS = 500

const HF_TROUBLES: Trouble[] = [
  { kind: 'rate-limited', headers: { 'retry-after': '30' } },
  { kind: 'rate-limited', headers: { ratelimit: '"api";r=0;t=120' } },
  { kind: 'status', status: 503 },
  { kind: 'status', status: 500 },
  { kind: 'cut-off' },
  { kind: 'html' },
  { kind: 'slow', ms: SLOW_MS },
  { kind: 'body', body: '[]' },
  { kind: 'body', body: '[{"paper":{"id":"2507' },
  { kind: 'last-requests', remaining: 1, seconds: 60 },
]

const ARXIV_TROUBLES: ArxivTrouble[] = [
  { kind: 'rate-limited' },
  { kind: 'rate-limited', headers: { 'retry-after': '20' } },
  { kind: 'status', status: 503, headers: { 'retry-after': '5' } },
  { kind: 'status', status: 502 },
  { kind: 'empty' },
  { kind: 'cut' },
  { kind: 'hangs-up' },
  { kind: 'html' },
  { kind: 'yesterday', at: 'rss' },
  { kind: 'error-feed', at: 'api' },
  { kind: 'slow', ms: SLOW_MS },
]

export interface Troubles {
  hf: Trouble[]
  arxiv: ArxivTrouble[]
  /** The service is down itself. */
  isDown: boolean
}

/** What goes wrong in each half hour: some of it at random, by a seed, and something for hours on every weekday. */
export function troublesOver(hf: HfDays): (now: Date) => Troubles {
  const chance = chanceOfRow()
  const random = chance.random()
  const weekdays = [...hf.keys()].sort()
  const some = <T>(all: readonly T[]): T[] =>
    random() < SHARE
      ? Array.from({ length: 1 + Math.floor(random() * 5) }, () => all[Math.floor(random() * all.length)]!)
      : []
  return (now) => {
    const day = now.toISOString().slice(0, 10)
    const planned = isFeedDay(day)
      ? plannedFor(weekdays.indexOf(day), now.getUTCHours(), before(hf, weekdays, now))
      : NOTHING
    const troubles: Troubles = {
      isDown: planned.isDown ?? false,
      hf: planned.hf ?? some(HF_TROUBLES),
      arxiv: planned.arxiv ?? some(ARXIV_TROUBLES),
    }
    if (troubles.hf.length + troubles.arxiv.length > 0)
      chance.record(`${now.toISOString()}: ${JSON.stringify(troubles)}`)
    return troubles
  }
}

const NOTHING: Partial<Troubles> = {}
const DAYS_OF_TROUBLES = 8

/** For the nth day with papers; `yesterday`: what Hugging Face answered of the one before it. */
function plannedFor(n: number, hour: number, yesterday: string): Partial<Troubles> {
  switch (n % DAYS_OF_TROUBLES) {
    case 1: // down in the morning, and arXiv wants its peace
      return hour >= 3 && hour < 14
        ? { hf: all({ kind: 'status', status: 500 }), arxiv: all({ kind: 'rate-limited' }) }
        : NOTHING
    case 2: // yesterday's list until eight, yesterday's feed until midnight
      return {
        ...(hour < 8 && { hf: all({ kind: 'body', body: yesterday }) }),
        arxiv: all({ kind: 'yesterday', at: 'rss' }),
      }
    case 3: // an empty feed all day
      return { arxiv: all({ kind: 'empty', at: 'rss' }) }
    case 4: // nothing but HTML, for a day
      return { hf: all({ kind: 'html' }), arxiv: all({ kind: 'html' }) }
    case 5: // this service is down from the morning on
      return hour >= 6 ? { isDown: true } : NOTHING
    default:
      return NOTHING
  }
}

const all = <T extends object>(trouble: T): T[] => Array.from({ length: EVERY_REQUEST }, () => trouble)

/** What Hugging Face answers now of the last day with papers before this one. */
function before(hf: HfDays, weekdays: readonly Day[], now: Date): string {
  const earlier = weekdays.filter((one) => one < now.toISOString().slice(0, 10)).at(-1)
  return JSON.stringify(earlier ? entriesAt(hf.get(earlier)!, now.getTime()) : [])
}
