import type { Archive } from '../queries/archive.ts'
import { categoryMatcher, parseCategory } from '../queries/language/paper-name.ts'
import {
  type Bits,
  countBits,
  countIntersection,
  hasBit,
  intersectBits,
  newBits,
  setBit,
  unionBits,
} from '../queries/matching/bits.ts'
import type { PaperIndex } from '../queries/matching/paper-index.ts'
import { runToEnd, type Steps } from '../queries/steps.ts'

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
  { category, month, withCode }: FacetSelection,
): { left: Bits; facets: Facets } {
  const { index } = archive
  const parts = partsOf(archive)
  const inCategory =
    category === undefined ? null : unionOf(parts.categories, index, categoryMatcher(category))
  const inMonth = month === undefined ? null : (parts.months.get(month) ?? newBits(index.docCount))
  const coded = withCode ? parts.withCode : null
  return {
    left: common(found, inCategory, inMonth, coded),
    facets: {
      categories: countsOf(parts.categories, common(found, inMonth, coded)).sort(
        (a, b) => b.papers - a.papers || (a.value < b.value ? -1 : 1),
      ),
      months: countsOf(parts.months, common(found, inCategory, coded)).sort((a, b) =>
        a.value < b.value ? 1 : -1,
      ),
      withCode: countBits(common(found, inCategory, inMonth, parts.withCode)),
    },
  }
}

type Parts = Map<string, Bits>

/** The papers of each facet value; valid until the index changes. */
interface PartsOfIndex {
  version: number
  categories: Parts
  months: Parts
  withCode: Bits
}

const cache = new WeakMap<PaperIndex, PartsOfIndex>()

/** Computes the facet values for `narrowResults` in short steps. */
export function* lookUpFacets({ index }: Archive): Steps<void> {
  if (cache.get(index)?.version !== index.version) cache.set(index, yield* buildParts(index))
}

const DOCS_PER_STEP = 2000

function partsOf(archive: Archive): PartsOfIndex {
  runToEnd(lookUpFacets(archive))
  return cache.get(archive.index)!
}

function* buildParts(index: PaperIndex): Steps<PartsOfIndex> {
  const { version, docCount } = index
  const [categories, months, withCode] = [new Map() as Parts, new Map() as Parts, newBits(docCount)]
  const put = (parts: Parts, value: string, docId: number) => {
    const bits = parts.get(value) ?? newBits(docCount)
    if (!parts.has(value)) parts.set(value, bits)
    setBit(bits, docId)
  }
  for (let docId = 0; docId < docCount; docId++) {
    if (docId % DOCS_PER_STEP === 0) yield
    if (!hasBit(index.live, docId)) continue
    const attributes = index.attributes(docId)
    for (const one of attributes.categories) put(categories, one, docId)
    put(months, attributes.firstDay.slice(0, 7), docId)
    if (attributes.hasCode) setBit(withCode, docId)
  }
  for (const one of categories.keys()) if (parseCategory(one) !== one) categories.delete(one)
  return { version, categories, months, withCode }
}

function common(found: Bits, ...others: (Bits | null)[]): Bits {
  const bits = found.slice()
  for (const other of others) if (other) intersectBits(bits, other)
  return bits
}

function unionOf(parts: Parts, { docCount }: PaperIndex, isMeant: (value: string) => boolean): Bits {
  const union = newBits(docCount)
  for (const [value, bits] of parts) if (isMeant(value)) unionBits(union, bits)
  return union
}

const countsOf = (parts: Parts, found: Bits): FacetCount[] =>
  [...parts]
    .map(([value, bits]) => ({ value, papers: countIntersection(found, bits) }))
    .filter(({ papers }) => papers > 0)
