import type { Day } from '../../platform/dates.ts'
import type { Archive, Days } from '../archive.ts'
import { asksForRevised } from '../language/turning.ts'
import { type Bits, eachBit, keepBits, newBits, setBit } from '../matching/bits.ts'
import type { PaperFacts } from '../matching/paper-index.ts'
import type { Query } from '../query.ts'

/** The papers of some days, and what queries find among them. It holds until the archive's version rises. */
export class Window {
  readonly archive: Archive
  readonly days: Required<Days>
  /** Papers first listed on these days, and how many. */
  readonly listed: Bits
  readonly size: number
  /** On how many of the days any were. */
  readonly openDays: number
  readonly #withRevised: Bits

  constructor(archive: Archive, days: Required<Days>) {
    const { index } = archive
    this.archive = archive
    this.days = days
    this.listed = newBits(index.slots)
    this.#withRevised = newBits(index.slots)
    const open = new Set<Day>()
    eachBit(index.live, (slot) => {
      const facts = index.facts(slot)
      if (this.#isListed(facts)) {
        setBit(this.listed, slot)
        open.add(facts.firstDay)
      } else if (!this.#isIn(facts.revisedDay)) return
      setBit(this.#withRevised, slot)
    })
    this.size = archive.count(this.listed)
    this.openDays = open.size
  }

  /** What a query finds; with newer versions where it asks for these, or where `like` does, of which it is a part. */
  find(query: Query, like: Query = query): Bits {
    const withRevised = asksForRevised(like)
    const found = this.archive.find(query, withRevised)
    keepBits(found, withRevised ? this.#withRevised : this.listed)
    return found
  }

  count = (found: Bits): number => this.archive.count(found)

  /** The day of these days on which a paper came: listed first, or in a newer version. */
  dayOf = (facts: PaperFacts): Day => (this.#isListed(facts) ? facts.firstDay : facts.revisedDay!)

  /** How many papers a day, on days with papers. */
  aDay = (papers: number): number => papers / Math.max(1, this.openDays)

  #isListed = ({ onlyRevised, firstDay }: PaperFacts): boolean => !onlyRevised && this.#isIn(firstDay)

  #isIn = (day: Day | null): boolean => day !== null && day >= this.days.from && day <= this.days.to
}
