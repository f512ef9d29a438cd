import type { Window } from '../../filters/back-test/window.ts'
import { type Bits, eachBit } from '../../filters/matching/bits.ts'
import type { PaperFacts } from '../../filters/matching/paper-index.ts'
import { addDays, type Day } from '../../platform/dates.ts'

export interface DayCount {
  day: Day
  papers: number
}

/** What was met within the days that were looked at. */
export interface Counts {
  total: number
  /** Every day, oldest first. */
  perDay: DayCount[]
}

/** What a set of papers comes to by day, and the numbers of the latest: newest day first, then most votes. */
export function countByDay(
  found: Bits,
  window: Window,
  latest: number,
): Counts & { latestIds: readonly number[] } {
  const byDay = new Map<Day, PaperFacts[]>()
  eachBit(found, (slot) => {
    const facts = window.archive.index.facts(slot)
    const day = window.dayOf(facts)
    const known = byDay.get(day)
    if (known) known.push(facts)
    else byDay.set(day, [facts])
  })
  const perDay = daysOf(window).map((day) => ({ day, papers: byDay.get(day)?.length ?? 0 }))
  return { total: window.count(found), perDay, latestIds: newest(byDay, latest) }
}

function daysOf({ days: { from, to } }: Window): Day[] {
  const days: Day[] = []
  for (let day = from; day <= to; day = addDays(day, 1)) days.push(day)
  return days
}

function newest(byDay: ReadonlyMap<Day, PaperFacts[]>, most: number): number[] {
  const ids: number[] = []
  for (const day of [...byDay.keys()].sort().reverse()) {
    if (ids.length >= most) break
    ids.push(
      ...byDay
        .get(day)!
        .sort(byVotes)
        .map(({ id }) => id),
    )
  }
  return ids.slice(0, most)
}

const byVotes = (a: PaperFacts, b: PaperFacts): number => (b.votes ?? 0) - (a.votes ?? 0) || b.id - a.id
