import type { Day } from '../core/dates.ts'
import { memoize } from '../core/memoize.ts'
import type { Archive } from '../queries/archive.ts'
import { checkDeadline } from '../queries/deadline.ts'
import { categoryMatcher, parseCategory } from '../queries/language/paper-name.ts'
import { type Bits, forEachBit, hasBit, newBits, setBit } from '../queries/matching/bits.ts'
import { type PaperIndex, untilChange } from '../queries/matching/paper-index.ts'

/** The filters that a visitor chose. */
export interface FacetSelection {
  /** An arXiv category as papers name it, "cs.LG"; or "cs" for all of cs. */
  category?: string
  /** The month of the first listing: "2026-11". */
  month?: string
  withCode?: boolean
}

export interface FacetCount {
  value: string
  papers: number
}

/** Counts of results by facet. Each facet ignores its own filter, so that the visitor can change it. */
export interface Facets {
  /** Only arXiv categories, as papers also have codes of other schemes. Most papers first. */
  categories: FacetCount[]
  /** Newest first. */
  months: FacetCount[]
  withCode: number
}

/** Applies the filters to the papers found, and counts the facets. */
export function narrowResults(
  archive: Archive,
  found: Bits,
  { category, month, withCode = false }: FacetSelection,
): { left: Bits; facets: Facets } {
  const { categories, months, starts, categoriesOf, monthOf, coded } = facetValuesOf(archive.index)
  const isAsked = category === undefined ? [] : categories.map(categoryMatcher(category))
  const askedMonth = month === undefined ? null : months.indexOf(month)
  const left = newBits(archive.index.docCount)
  const [inCategory, inMonth] = [new Uint32Array(categories.length), new Uint32Array(months.length)]
  let inCode = 0
  forEachBit(found, (docId) => {
    const [from, to] = [starts[docId]!, starts[docId + 1]!]
    const hasCode = hasBit(coded, docId)
    const isCodeMet = hasCode || !withCode
    const isMonthMet = askedMonth === null || monthOf[docId] === askedMonth
    let isCategoryMet = category === undefined
    for (let i = from; i < to; i++) {
      if (isAsked[categoriesOf[i]!]) isCategoryMet = true
      if (isMonthMet && isCodeMet) inCategory[categoriesOf[i]!]!++
    }
    if (isCategoryMet && isCodeMet) inMonth[monthOf[docId]!]!++
    if (isCategoryMet && isMonthMet && hasCode) inCode++
    if (isCategoryMet && isMonthMet && isCodeMet) setBit(left, docId)
  })
  return {
    left,
    facets: {
      categories: countsOf(categories, inCategory).sort(
        (a, b) => b.papers - a.papers || (a.value < b.value ? -1 : 1),
      ),
      months: countsOf(months, inMonth).sort((a, b) => (a.value < b.value ? 1 : -1)),
      withCode: inCode,
    },
  }
}

/** The facet values of each paper, by docId. */
interface FacetValues {
  categories: string[]
  months: string[]
  /** The categories of a paper are in `categoriesOf` from starts[docId] to starts[docId + 1], as places in `categories`. */
  starts: Uint32Array
  categoriesOf: Uint16Array
  /** The place of its month in `months`. */
  monthOf: Uint16Array
  coded: Bits
}

const DOCS_PER_CHECK = 2000

const facetValuesOf = untilChange((index: PaperIndex): FacetValues => {
  const { docCount } = index
  const [categories, months]: [string[], string[]] = [[], []]
  const placeOfCategory = memoize((one: string) =>
    parseCategory(one) === one ? categories.push(one) - 1 : null,
  )
  const placeOfMonth = memoize((month: string) => months.push(month) - 1)
  const placeOfDay = memoize((day: Day) => placeOfMonth(day.slice(0, 7)))
  const [starts, monthOf, coded] = [
    new Uint32Array(docCount + 1),
    new Uint16Array(docCount),
    newBits(docCount),
  ]
  const categoriesOf: number[] = []
  for (let docId = 0; docId < docCount; docId++) {
    if (docId % DOCS_PER_CHECK === 0) checkDeadline()
    const attributes = index.attributes(docId)
    for (const one of new Set(attributes.categories)) {
      const place = placeOfCategory(one)
      if (place !== null) categoriesOf.push(place)
    }
    starts[docId + 1] = categoriesOf.length
    monthOf[docId] = placeOfDay(attributes.firstDay)
    if (attributes.hasCode) setBit(coded, docId)
  }
  return { categories, months, starts, categoriesOf: Uint16Array.from(categoriesOf), monthOf, coded }
})

const countsOf = (values: readonly string[], counts: Uint32Array): FacetCount[] =>
  values.map((value, i) => ({ value, papers: counts[i]! })).filter(({ papers }) => papers > 0)
