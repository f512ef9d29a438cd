// The digests of July 2025 and their recipients, computed from the recorded days only: plain loops, Intl's local times, and
// `evaluate` for one paper at a time. Nothing here reads our tables or calls our planner.

import type { RecordedRow } from './recorded-days.ts'

export interface RecordedPaper {
  id: string
  title: string
  votes: number
  /** As in the response of the API. */
  record: RecordedRow
}

/** Day → its papers, as in the response of the API. */
export type RecordedDays = Map<string, RecordedPaper[]>

export interface Subscriber {
  address: string
  zone: string
  hour: number
  days: string[]
  max: number
  queries: string[]
}

/** One email that must arrive. */
export interface Expected {
  address: string
  /** The step at which it is planned. */
  at: string
  /** The papers that it may contain, at most `shown` of them. */
  papers: Set<string>
  shown: number
  more: number
  /** For subscribers without topics: the votes of the papers shown, best first. */
  votes?: number[]
}

export interface Month {
  days: RecordedDays
  /** Every time at which the program is run, in order. */
  steps: Date[]
  /** When all subscribers confirmed. */
  confirmed: Date
  /** The time from which the source returns a day's papers. */
  listedAt(day: string): Date
  matches(query: string, paper: RecordedPaper): boolean
}

const DAY_MS = 24 * 3600 * 1000
const OFFERED_FOR_DAYS = 13
const BEST_AFTER_MS = 20 * 3600 * 1000

interface LocalTime {
  date: string
  hour: number
  weekday: string
}

const formats = new Map<string, Intl.DateTimeFormat>()

function localTime(instant: Date, zone: string): LocalTime {
  let format = formats.get(zone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-CA', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      weekday: 'short',
    })
    formats.set(zone, format)
  }
  const parts = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, value]))
  return {
    date: `${parts.year}-${parts.month}-${parts.day}`,
    hour: Number(parts.hour),
    weekday: String(parts.weekday).toLowerCase(),
  }
}

const dayBefore = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) - days * DAY_MS).toISOString().slice(0, 10)

/** Every email that a subscriber must get in the month, in order. */
export function expectedFor(subscriber: Subscriber, month: Month): Expected[] {
  const dueSteps = stepsOf(subscriber, month)
  return subscriber.queries.length > 0
    ? byTopics(subscriber, month, dueSteps)
    : bestOfDays(subscriber, month, dueSteps)
}

/** The steps at which a digest is due: the subscriber's hour on one of their days. */
export function stepsOf(subscriber: Subscriber, { steps, confirmed }: Month): { at: Date; date: string }[] {
  const atConfirm = localTime(confirmed, subscriber.zone)
  let done = atConfirm.hour >= subscriber.hour ? atConfirm.date : ''
  const dueSteps: { at: Date; date: string }[] = []
  for (const at of steps) {
    const { date, hour, weekday } = localTime(at, subscriber.zone)
    if (hour < subscriber.hour || date <= done) continue
    done = date
    if (subscriber.days.includes(weekday)) dueSteps.push({ at, date })
  }
  return dueSteps
}

/** Paper → the first day that lists it. */
export function firstDays(days: RecordedDays): Map<string, { day: string; paper: RecordedPaper }> {
  const first = new Map<string, { day: string; paper: RecordedPaper }>()
  for (const day of [...days.keys()].sort()) {
    for (const paper of days.get(day)!) if (!first.has(paper.id)) first.set(paper.id, { day, paper })
  }
  return first
}

/** The earliest first day of papers that a digest of that date may contain. */
export const oldestOffered = (date: string, { confirmed }: Month): string =>
  [dayBefore(date, OFFERED_FOR_DAYS), confirmed.toISOString().slice(0, 10)].sort()[1]!

function byTopics(subscriber: Subscriber, month: Month, dueSteps: { at: Date; date: string }[]): Expected[] {
  const first = firstDays(month.days)
  const expected: Expected[] = []
  let lastLook = new Date(0)
  for (const { at, date } of dueSteps) {
    const oldest = oldestOffered(date, month)
    const papers = new Set<string>()
    for (const [id, { day, paper }] of first) {
      const came = month.listedAt(day)
      if (came > at || came <= lastLook || day < oldest) continue
      if (subscriber.queries.some((query) => month.matches(query, paper))) papers.add(id)
    }
    lastLook = at
    const shown = Math.min(subscriber.max, papers.size)
    if (shown > 0)
      expected.push({
        address: subscriber.address,
        at: at.toISOString(),
        papers,
        shown,
        more: papers.size - shown,
      })
  }
  return expected
}

function bestOfDays(
  subscriber: Subscriber,
  month: Month,
  dueSteps: { at: Date; date: string }[],
): Expected[] {
  const first = firstDays(month.days)
  const expected: Expected[] = []
  let lastDay = ''
  for (const { at } of dueSteps) {
    const day = [...month.days.keys()]
      .filter((d) => Date.parse(`${d}T00:00:00Z`) + BEST_AFTER_MS <= at.getTime())
      .sort()
      .at(-1)
    if (!day || day === lastDay) continue
    lastDay = day
    // A weekly subscriber gets the best of the week that ends with the newest day.
    const oldest = subscriber.days.length === 1 ? dayBefore(day, 6) : day
    const papers = [...first]
      .filter(([, entry]) => entry.day >= oldest && entry.day <= day)
      .map(([, { paper }]) => paper)
    const shown = Math.min(subscriber.max, papers.length)
    const votes = papers.map((paper) => paper.votes).sort((a, b) => b - a)
    expected.push({
      address: subscriber.address,
      at: at.toISOString(),
      papers: new Set(papers.map((paper) => paper.id)),
      shown,
      more: papers.length - shown,
      votes: votes.slice(0, shown),
    })
  }
  return expected
}
