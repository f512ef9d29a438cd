import { type Leaf, mentionsRevised, type Query } from '../query.ts'
import { type Bits, intersectBits, newBits, setBit, subtractBits, unionBits } from './bits.ts'
import { leafBits } from './leaf-bits.ts'
import type { PaperIndex } from './paper-index.ts'

/**
 * Queries over the papers of an index. Each distinct leaf is looked up once, and a query combines the bit sets by AND,
 * OR and NOT. The results agree with `evaluate` for every paper.
 */
export class QuerySet {
  readonly #index: PaperIndex
  /** The papers that match each leaf, by its key. */
  #leaves = new Map<string, Bits>()
  #onlyRevised: Bits = newBits(0)
  /** Reused by each evaluation. */
  #scratch: Bits[] = []
  #version = -1
  #previous: QuerySet | undefined

  /** `previous`: a set over the same index whose leaves are reused. */
  constructor(index: PaperIndex, previous?: QuerySet) {
    this.#index = index
    this.#previous = previous
    if (previous) previous.#previous = undefined
  }

  /** Looks up a leaf and caches it. `docIds`: the papers that match it, if known. */
  loadLeaf(leaf: Leaf, docIds?: Uint32Array): void {
    this.#refresh()
    const key = keyOf(leaf)
    if (docIds && !this.#leaves.has(key)) this.#leaves.set(key, setOf(docIds, this.#index.docCount))
    this.#bitsOf(leaf)
  }

  /** The papers that match a leaf, if it is cached and the index has not changed. */
  cached(leaf: Leaf): Bits | undefined {
    return this.#version === this.#index.version ? this.#leaves.get(keyOf(leaf)) : undefined
  }

  /** The number of cached leaves. */
  get leafCount(): number {
    return this.#leaves.size
  }

  /** The papers that a query matches. `withRevised`: include papers that have only newer versions. */
  find(query: Query, withRevised = mentionsRevised(query)): Bits {
    this.#refresh()
    const found = this.#evaluate(query, 0)
    intersectBits(found, this.#index.live)
    if (!withRevised) subtractBits(found, this.#onlyRevised)
    return found.slice()
  }

  /** Uses the scratch sets from `depth` on; the first has the result, which may contain docIds without a paper. */
  #evaluate(query: Query, depth: number): Bits {
    switch (query.kind) {
      case 'and':
        return this.#combined(query.parts, depth, intersectBits)
      case 'or':
        return this.#combined(query.parts, depth, unionBits)
      case 'not':
        return invert(this.#evaluate(query.part, depth))
      case 'some': {
        const sets = query.parts.map((part, i) => this.#evaluate(part, depth + i))
        return keepAtLeast(sets, query.least)
      }
      default: {
        const bits = this.#scratch[depth] ?? newBits(this.#index.docCount)
        this.#scratch[depth] = bits
        bits.set(this.#bitsOf(query))
        return bits
      }
    }
  }

  #combined(
    [first, ...others]: readonly Query[],
    depth: number,
    combine: (into: Bits, other: Bits) => void,
  ): Bits {
    const into = this.#evaluate(first!, depth)
    for (const part of others)
      combine(
        into,
        'parts' in part || part.kind === 'not' ? this.#evaluate(part, depth + 1) : this.#bitsOf(part),
      )
    return into
  }

  #bitsOf(leaf: Leaf): Bits {
    const key = keyOf(leaf)
    const known = this.#leaves.get(key)
    if (known) return known
    const bits = this.#previous?.cached(leaf) ?? leafBits(this.#index, leaf)
    this.#leaves.set(key, bits)
    return bits
  }

  #refresh(): void {
    if (this.#version === this.#index.version) return
    this.#version = this.#index.version
    this.#leaves.clear()
    this.#scratch = []
    this.#onlyRevised = newBits(this.#index.docCount)
    for (let docId = 0; docId < this.#index.docCount; docId++) {
      if (this.#index.attributes(docId).onlyRevised) setBit(this.#onlyRevised, docId)
    }
  }
}

function setOf(docIds: Uint32Array, size: number): Bits {
  const bits = newBits(size)
  for (const docId of docIds) setBit(bits, docId)
  return bits
}

/** Equal for leaves with the same meaning. */
function keyOf(leaf: Leaf): string {
  switch (leaf.kind) {
    case 'word':
    case 'phrase':
      return `${leaf.field} ${leaf.text}`
    case 'category':
      return `cat:${leaf.value}`
    case 'votes':
      return `votes:${leaf.least}`
    case 'paper':
      return `paper:${leaf.name}`
    default:
      return `${leaf.kind}:`
  }
}

function invert(bits: Bits): Bits {
  for (let i = 0; i < bits.length; i++) bits[i] = ~bits[i]!
  return bits
}

/** Reduces the first set to what at least `least` of the sets contain. */
function keepAtLeast(sets: readonly Bits[], least: number): Bits {
  const into = sets[0]!
  // Counts each position's bits in binary: `digits[d]` has a position's bit if its count has the digit 2^d.
  const digits = new Array<number>(Math.ceil(Math.log2(sets.length + 1))).fill(0)
  for (let i = 0; i < into.length; i++) {
    digits.fill(0)
    for (const set of sets) addTo(digits, set[i]!)
    into[i] = atLeast(digits, least)
  }
  return into
}

function addTo(digits: number[], bits: number): void {
  let carry = bits
  for (let d = 0; carry !== 0 && d < digits.length; d++) {
    const sum = digits[d]! ^ carry
    carry &= digits[d]!
    digits[d] = sum
  }
}

function atLeast(digits: readonly number[], least: number): number {
  let larger = 0
  let equal = ~0
  for (let d = Math.max(digits.length - 1, Math.floor(Math.log2(Math.max(1, least)))); d >= 0; d--) {
    const digit = digits[d] ?? 0
    const asked = (least >>> d) & 1 ? ~0 : 0
    larger |= equal & digit & ~asked
    equal &= ~(digit ^ asked)
  }
  return larger | equal
}
