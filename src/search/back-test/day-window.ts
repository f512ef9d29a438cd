import { addDays, type Day, weekdayOf } from '../../core/dates.ts'
import type { Archive, DayBounds } from '../../queries/archive.ts'
import { mentionsRevised } from '../../queries/language/time-dependent.ts'
import { type Bits, forEachBit, intersectBits, newBits, setBit } from '../../queries/matching/bits.ts'
import type { PaperAttributes } from '../../queries/matching/paper-index.ts'
import type { Query } from '../../queries/query.ts'

/** The papers of some days, and what queries find among them. It holds until the archive's version rises. */
export class DayWindow {
  readonly archive: Archive
  /** Every day, oldest first. */
  readonly days: readonly Day[]
  /** Papers first listed on these days, and how many. */
  readonly listed: Bits
  readonly size: number
  /** How many papers were first listed on each day. */
  readonly perDay: readonly number[]
  readonly #withRevised: Bits
  /** The place of each slot's day among the days; of a paper that is not here it means nothing. */
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

  /** What a query finds; with newer versions where it asks for these, or where `like` does, of which it is a part. */
  find(query: Query, scope: Query = query): Bits {
    const withRevised = mentionsRevised(scope)
    const found = this.archive.find(query, withRevised)
    intersectBits(found, withRevised ? this.#withRevised : this.listed)
    return found
  }

  count = (found: Bits): number => this.archive.count(found)

  /** How many of a set came on each day: listed first, or in a newer version. */
  countByDay(found: Bits): number[] {
    const counts = this.days.map(() => 0)
    forEachBit(found, (docId) => counts[this.#dayIndexes[docId]!]!++)
    return counts
  }

  /** Of a set, the papers that came on the day at a place among the days. */
  onDay(found: Bits, dayIndex: number): PaperAttributes[] {
    const attributes: PaperAttributes[] = []
    forEachBit(found, (docId) => {
      if (this.#dayIndexes[docId] === dayIndex) attributes.push(this.archive.index.attributes(docId))
    })
    return attributes
  }

  /** On how many of the days papers were listed. */
  get daysWithPapers(): number {
    return this.perDay.filter((papers) => papers > 0).length
  }

  /** On how many Mondays to Fridays papers were listed; at least 1. */
  get weekdays(): number {
    const isWeekday = (day: Day) => !['sat', 'sun'].includes(weekdayOf(day))
    return Math.max(
      1,
      this.days.filter((day, dayIndex) => this.perDay[dayIndex]! > 0 && isWeekday(day)).length,
    )
  }

  /** From the first day that has papers: a site that is new knows of no more; 0 without papers. */
  get weeks(): number {
    const first = this.perDay.findIndex((papers) => papers > 0)
    return first === -1 ? 0 : (this.days.length - first) / WEEK
  }

  /** How many of a set's papers there are for each weekday with papers: those of a weekend arrive on Monday. */
  perWeekday = (papers: number): number => papers / this.weekdays
}

/** Days. */
const WEEK = 7

function daysIn({ from, to }: Required<DayBounds>): Day[] {
  const days: Day[] = []
  for (let day = from; day <= to; day = addDays(day, 1)) days.push(day)
  return days
}

interface Kept {
  version: number
  windows: Map<string, DayWindow>
}

const kept = new WeakMap<Archive, Kept>()

/** The window of some days; the same one as long as the archive stays as it is. */
export function dayWindowOf(archive: Archive, days: Required<DayBounds>): DayWindow {
  const { version } = archive.index
  const cached = kept.get(archive)
  const now = cached?.version === version ? cached : { version, windows: new Map<string, DayWindow>() }
  kept.set(archive, now)
  const name = `${days.from} ${days.to}`
  const window = now.windows.get(name) ?? new DayWindow(archive, days)
  now.windows.set(name, window)
  return window
}
