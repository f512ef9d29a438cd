import { addDays, type Day, weekdayOf } from '../../core/dates.ts'
import type { Archive, Days } from '../../queries/archive.ts'
import { asksForRevised } from '../../queries/language/turning.ts'
import { type Bits, eachBit, keepBits, newBits, setBit } from '../../queries/matching/bits.ts'
import type { PaperFacts } from '../../queries/matching/paper-index.ts'
import type { Query } from '../../queries/query.ts'

/** The papers of some days, and what queries find among them. It holds until the archive's version rises. */
export class Window {
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
  readonly #dayAt: Uint16Array

  constructor(archive: Archive, days: Required<Days>) {
    const { index } = archive
    this.archive = archive
    this.days = daysIn(days)
    this.listed = newBits(index.slots)
    this.#withRevised = newBits(index.slots)
    this.#dayAt = new Uint16Array(index.slots)
    const places = new Map(this.days.map((day, place) => [day, place]))
    eachBit(index.live, (slot) => {
      const facts = index.facts(slot)
      const listed = facts.onlyRevised ? undefined : places.get(facts.firstDay)
      const place = listed ?? (facts.revisedDay === null ? undefined : places.get(facts.revisedDay))
      if (place === undefined) return
      this.#dayAt[slot] = place
      setBit(this.#withRevised, slot)
      if (listed !== undefined) setBit(this.listed, slot)
    })
    this.size = archive.count(this.listed)
    this.perDay = this.countByDay(this.listed)
  }

  /** What a query finds; with newer versions where it asks for these, or where `like` does, of which it is a part. */
  find(query: Query, like: Query = query): Bits {
    const withRevised = asksForRevised(like)
    const found = this.archive.find(query, withRevised)
    keepBits(found, withRevised ? this.#withRevised : this.listed)
    return found
  }

  count = (found: Bits): number => this.archive.count(found)

  /** How many of a set came on each day: listed first, or in a newer version. */
  countByDay(found: Bits): number[] {
    const counts = this.days.map(() => 0)
    eachBit(found, (slot) => counts[this.#dayAt[slot]!]!++)
    return counts
  }

  /** Of a set, the papers that came on the day at a place among the days. */
  onDay(found: Bits, place: number): PaperFacts[] {
    const facts: PaperFacts[] = []
    eachBit(found, (slot) => {
      if (this.#dayAt[slot] === place) facts.push(this.archive.index.facts(slot))
    })
    return facts
  }

  /** On how many of the days papers were listed. */
  get openDays(): number {
    return this.perDay.filter((papers) => papers > 0).length
  }

  /** On how many Mondays to Fridays papers were listed; at least 1. */
  get weekdays(): number {
    const isWeekday = (day: Day) => !['sat', 'sun'].includes(weekdayOf(day))
    return Math.max(1, this.days.filter((day, place) => this.perDay[place]! > 0 && isWeekday(day)).length)
  }

  /** From the first day that has papers: a site that is new knows of no more; 0 without papers. */
  get weeks(): number {
    const first = this.perDay.findIndex((papers) => papers > 0)
    return first === -1 ? 0 : (this.days.length - first) / WEEK
  }

  /** How many of a set's papers there are for each weekday with papers: those of a weekend arrive on Monday. */
  aWeekday = (papers: number): number => papers / this.weekdays
}

/** Days. */
const WEEK = 7

function daysIn({ from, to }: Required<Days>): Day[] {
  const days: Day[] = []
  for (let day = from; day <= to; day = addDays(day, 1)) days.push(day)
  return days
}

interface Kept {
  version: number
  windows: Map<string, Window>
}

const kept = new WeakMap<Archive, Kept>()

/** The window of some days; the same one as long as the archive stays as it is. */
export function windowOf(archive: Archive, days: Required<Days>): Window {
  const { version } = archive.index
  const known = kept.get(archive)
  const now = known?.version === version ? known : { version, windows: new Map<string, Window>() }
  kept.set(archive, now)
  const name = `${days.from} ${days.to}`
  const window = now.windows.get(name) ?? new Window(archive, days)
  now.windows.set(name, window)
  return window
}
