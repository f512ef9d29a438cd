import type { Archive } from '../queries/archive.ts'
import { isOfCategory, readCategory } from '../queries/language/category.ts'
import {
  addBits,
  type Bits,
  countBits,
  countCommon,
  hasBit,
  keepBits,
  newBits,
  setBit,
} from '../queries/matching/bits.ts'
import type { PaperIndex } from '../queries/matching/paper-index.ts'
import { finished, type Steps } from '../queries/steps.ts'

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
  { index }: Archive,
  found: Bits,
  { category, month, withCode }: Narrowing,
): { left: Bits; facets: Facets } {
  const parts = partsOf(index)
  const inCategory = category === undefined ? null : unionOf(parts.categories, index, isOfCategory(category))
  const inMonth = month === undefined ? null : (parts.months.get(month) ?? newBits(index.slots))
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

/** The papers of each part; holds until the index has other papers. */
interface PartsOfIndex {
  version: number
  categories: Parts
  months: Parts
  withCode: Bits
}

const known = new WeakMap<PaperIndex, PartsOfIndex>()

/** Divides the papers, for `narrowed`, in short steps. */
export function* lookUpFacets({ index }: Archive): Steps<void> {
  for (let times = 0; times < MAX_REBUILDS && known.get(index)?.version !== index.version; times++) {
    known.set(index, yield* divided(index))
  }
}

/** Papers that arrive during the work start it again. */
const MAX_REBUILDS = 3
const SLOTS_IN_A_STEP = 2000

function partsOf(index: PaperIndex): PartsOfIndex {
  const before = known.get(index)
  if (before?.version === index.version) return before
  const parts = finished(divided(index))
  known.set(index, parts)
  return parts
}

function* divided(index: PaperIndex): Steps<PartsOfIndex> {
  const { version, slots } = index
  const [categories, months, withCode] = [new Map() as Parts, new Map() as Parts, newBits(slots)]
  const put = (parts: Parts, value: string, slot: number) => {
    const bits = parts.get(value) ?? newBits(slots)
    if (!parts.has(value)) parts.set(value, bits)
    setBit(bits, slot)
  }
  for (let slot = 0; slot < slots; slot++) {
    if (slot % SLOTS_IN_A_STEP === 0) yield
    if (!hasBit(index.live, slot)) continue
    const facts = index.facts(slot)
    for (const one of facts.categories) put(categories, one, slot)
    put(months, facts.firstDay.slice(0, 7), slot)
    if (facts.hasCode) setBit(withCode, slot)
  }
  for (const one of categories.keys()) if (readCategory(one) !== one) categories.delete(one)
  return { version, categories, months, withCode }
}

function common(found: Bits, ...others: (Bits | null)[]): Bits {
  const bits = found.slice()
  for (const other of others) if (other) keepBits(bits, other)
  return bits
}

function unionOf(parts: Parts, { slots }: PaperIndex, isMeant: (value: string) => boolean): Bits {
  const union = newBits(slots)
  for (const [value, bits] of parts) if (isMeant(value)) addBits(union, bits)
  return union
}

const countsOf = (parts: Parts, found: Bits): FacetCount[] =>
  [...parts]
    .map(([value, bits]) => ({ value, papers: countCommon(found, bits) }))
    .filter(({ papers }) => papers > 0)
