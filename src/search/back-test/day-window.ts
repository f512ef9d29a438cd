import { addDays, type Day, dayOf, daysIn, weekdayOf } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { Fault } from '../../core/errors.ts'
import type { Archive, DayBounds } from '../../queries/archive.ts'
import {
  type Bits,
  countIntersection,
  forEachBit,
  intersectBits,
  newBits,
  setBit,
} from '../../queries/matching/bits.ts'
import { type PaperAttributes, untilChange } from '../../queries/matching/paper-index.ts'
import { mentionsRevised, type Query } from '../../queries/query.ts'
import { MAX_DAYS, openArchive } from '../open-archive.ts'

const byVotes = (a: PaperAttributes, b: PaperAttributes): number =>
  (b.votes ?? 0) - (a.votes ?? 0) || b.id - a.id

/** The papers of a range of days, and the queries over them. Valid until the archive's version increases. */
export class DayWindow {
  readonly archive: Archive
  /** Every day, oldest first. */
  readonly days: readonly Day[]
  /** The papers first listed on these days, and their number. */
  readonly listed: Bits
  readonly size: number
  /** The number of papers first listed on each day. */
  readonly perDay: readonly number[]
  readonly #withRevised: Bits
  /** The index of each docId's day in `days`; meaningless for papers outside the window. */
  readonly #dayIndexes: Uint16Array

  constructor(archive: Archive, days: Required<DayBounds>) {
    const { index } = archive
    this.archive = archive
    this.days = daysIn(days)
    this.listed = newBits(index.docCount)
    this.#withRevised = newBits(index.docCount)
    this.#dayIndexes = new Uint16Array(index.docCount)
    const dayIndexes = new Map(this.days.map((day, dayIndex) => [day, dayIndex]))
    forEachBit(index.live, (docId) => {
      const attributes = index.attributes(docId)
      const listed = attributes.onlyRevised ? undefined : dayIndexes.get(attributes.firstDay)
      const dayIndex =
        listed ?? (attributes.revisedDay === null ? undefined : dayIndexes.get(attributes.revisedDay))
      if (dayIndex === undefined) return
      this.#dayIndexes[docId] = dayIndex
      setBit(this.#withRevised, docId)
      if (listed !== undefined) setBit(this.listed, docId)
    })
    this.size = archive.count(this.listed)
    this.perDay = this.countByDay(this.listed)
  }

  /** The papers that a query matches. Includes newer versions if `scope`, the whole query, asks for them. */
  find(query: Query, scope: Query = query): Bits {
    const found = this.archive.find(query, mentionsRevised(scope))
    intersectBits(found, this.papersFor(scope))
    return found
  }

  /** The papers that a query may match. */
  papersFor = (query: Query): Readonly<Bits> => (mentionsRevised(query) ? this.#withRevised : this.listed)

  count = (found: Bits): number => this.archive.count(found)

  /** How many papers of a set arrived on each day, by first listing or newer version. */
  countByDay(found: Bits): number[] {
    const counts = this.days.map(() => 0)
    forEachBit(found, (docId) => counts[this.#dayIndexes[docId]!]!++)
    return counts
  }

  /** The papers of a set that arrived on the day with this index. */
  onDay(found: Bits, dayIndex: number): PaperAttributes[] {
    const attributes: PaperAttributes[] = []
    forEachBit(found, (docId) => {
      if (this.#dayIndexes[docId] === dayIndex) attributes.push(this.archive.index.attributes(docId))
    })
    return attributes
  }

  /** The number of days with papers. */
  get daysWithPapers(): number {
    return this.perDay.filter((papers) => papers > 0).length
  }

  /** The number of Mondays to Fridays with papers; at least 1. */
  get weekdays(): number {
    const isWeekday = (day: Day) => !['sat', 'sun'].includes(weekdayOf(day))
    return Math.max(
      1,
      this.days.filter((day, dayIndex) => this.perDay[dayIndex]! > 0 && isWeekday(day)).length,
    )
  }

  /**
   * The number of weeks from the first day with papers, as a new installation has no earlier ones; 0 without papers.
   */
  get weeks(): number {
    const first = this.perDay.findIndex((papers) => papers > 0)
    return first === -1 ? 0 : (this.days.length - first) / WEEK
  }

  /** Papers per weekday with papers. Papers of a weekend arrive on Monday. */
  perWeekday = (papers: number): number => papers / this.weekdays
}

/** Days. */
const WEEK = 7

const windowsOf = untilChange(() => new Map<string, DayWindow>())

/** The window of a range of days, cached until the archive changes. */
export function dayWindowOf(archive: Archive, days: Required<DayBounds>): DayWindow {
  const windows = windowsOf(archive.index)
  const name = `${days.from} ${days.to}`
  const window = windows.get(name) ?? new DayWindow(archive, days)
  windows.set(name, window)
  return window
}

interface RecentDays {
  days: number
  /** Include newer versions of papers that were listed before. */
  withRevised?: boolean
}

/**
 * The papers of the last `days` days up to today (UTC), from 1 to 30. Use the window at once: later papers are not in
 * it. Throws preview.days.
 */
export async function recentWindow(deps: Deps, { days, withRevised }: RecentDays): Promise<DayWindow> {
  if (!Number.isInteger(days) || days < 1 || days > MAX_DAYS) {
    throw new Fault('preview.days', { value: days, most: MAX_DAYS })
  }
  const to = dayOf(deps.clock.now())
  const from = addDays(to, 1 - days)
  return dayWindowOf(await openArchive(deps, { from, withRevised }), { from, to })
}

export interface DayPaperCount {
  day: Day
  papers: number
}

/** The papers that matched within a range of days. */
export interface PaperCounts {
  total: number
  /** Every day, oldest first. */
  perDay: DayPaperCount[]
}

/** Counts a set of papers by day. `latestIds`: the newest day first, then most votes. */
export function countByDay(
  found: Bits,
  window: DayWindow,
  latest: number,
): PaperCounts & { latestIds: readonly number[] } {
  const counts = window.countByDay(found)
  return {
    total: counts.reduce((sum, papers) => sum + papers, 0),
    perDay: window.days.map((day, dayIndex) => ({ day, papers: counts[dayIndex]! })),
    latestIds: newest(found, window, counts, latest),
  }
}

function newest(found: Bits, window: DayWindow, counts: readonly number[], limit: number): number[] {
  const ids: number[] = []
  for (let dayIndex = counts.length - 1; dayIndex >= 0 && ids.length < limit; dayIndex--) {
    if (counts[dayIndex] === 0) continue
    const papers = window.onDay(found, dayIndex).sort(byVotes)
    ids.push(...papers.map(({ id }) => id))
  }
  return ids.slice(0, limit)
}

/** How many papers of a query also match another topic. */
export interface Overlap {
  /** The name of the other topic. */
  topic: string
  papers: number
}

export interface OtherTopic {
  name: string
  /** The papers that it matches in the same days. */
  found: Bits
}

/** The topics that share papers with `found`, those with the most shared papers first. */
export const overlaps = (found: Bits, others: readonly OtherTopic[]): Overlap[] =>
  others
    .map((other) => ({ topic: other.name, papers: countIntersection(found, other.found) }))
    .filter(({ papers }) => papers > 0)
    .sort((a, b) => b.papers - a.papers)
