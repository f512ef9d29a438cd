import type { Archive } from './archive.ts'
import { isIn, readCategory } from './language/category.ts'
import { type Bits, eachBit, newBits, setBit } from './matching/bits.ts'

/** What somebody narrowed results to. */
export interface Narrowing {
  /** One of arXiv, as papers name it: "cs.LG"; or "cs" for all of cs. */
  category?: string
  /** Of the first listing: "2026-11". */
  month?: string
  withCode?: boolean
}

export interface FacetCount {
  value: string
  papers: number
}

/** How results fall into parts. Each part is counted as if nothing was chosen of its own kind, so that it can be changed. */
export interface Facets {
  /** Of arXiv alone: papers name codes of other lists too. Most papers first. */
  categories: FacetCount[]
  /** Newest first. */
  months: FacetCount[]
  withCode: number
}

/** Of the papers found, those that are left, and how they fall into parts. */
export function narrowed(
  archive: Archive,
  found: Bits,
  { category, month, withCode = false }: Narrowing,
): { left: Bits; facets: Facets } {
  const left = newBits(archive.index.slots)
  const categories = new Counter()
  const days = new Counter()
  let code = 0
  eachBit(found, (slot) => {
    const facts = archive.index.facts(slot)
    const isInCategory = category === undefined || facts.categories.some((one) => isIn(one, category))
    const isInMonth = month === undefined || facts.firstDay.startsWith(month)
    const hasCode = !withCode || facts.hasCode
    if (isInMonth && hasCode) for (const one of facts.categories) categories.add(one)
    if (isInCategory && hasCode) days.add(facts.firstDay)
    if (isInCategory && isInMonth && facts.hasCode) code++
    if (isInCategory && isInMonth && hasCode) setBit(left, slot)
  })
  return {
    left,
    facets: {
      categories: categories.counts
        .filter(isArxivs)
        .sort((a, b) => b.papers - a.papers || (a.value < b.value ? -1 : 1)),
      months: monthsOf(days.counts).sort((a, b) => (a.value < b.value ? 1 : -1)),
      withCode: code,
    },
  }
}

const isArxivs = ({ value }: FacetCount): boolean => readCategory(value) === value

function monthsOf(days: readonly FacetCount[]): FacetCount[] {
  const months = new Counter()
  for (const { value, papers } of days) months.add(value.slice(0, 7), papers)
  return months.counts
}

class Counter {
  readonly #counts = new Map<string, number>()

  add(value: string, papers = 1): void {
    this.#counts.set(value, (this.#counts.get(value) ?? 0) + papers)
  }

  get counts(): FacetCount[] {
    return [...this.#counts].map(([value, papers]) => ({ value, papers }))
  }
}
