import { filterText, isTextLeaf, type Leaf, mentionsRevised, type Query } from '../query.ts'
import { type Bits, intersectBits, newBits, setBit, subtractBits, unionBits } from './bits.ts'
import type { PaperIndex } from './paper-index.ts'
import * as program from './program.ts'
import { leafBits } from './program.ts'

/**
 * Queries over the papers of an index. Each distinct leaf is looked up once, and a query combines the bit sets by AND,
 * OR and NOT. The results agree with `evaluate` for every paper.
 */
export class QuerySet {
  readonly #index: PaperIndex
  readonly #leaves: Leaf[] = []
  readonly #numbers = new Map<string, number>()
  /** The steps of all queries in sequence, and the start of each query. */
  readonly #steps: number[] = []
  readonly #starts: number[] = [0]
  readonly #withRevised: boolean[] = []
  #cache: (Bits | undefined)[] = []
  #onlyRevised: Bits = newBits(0)
  #stack: Bits[] = []
  #version = -1
  #previous: QuerySet | undefined

  /** `previous`: a set over the same index whose leaves are reused. */
  constructor(index: PaperIndex, previous?: QuerySet) {
    this.#index = index
    this.#previous = previous
    if (previous) previous.#previous = undefined
  }

  /** Adds a query and returns its number, from 0. `withRevised`: include papers that have only newer versions. */
  add(query: Query, withRevised = mentionsRevised(query)): number {
    // A damaged query throws halfway, and must leave no steps.
    const steps = program.compile(query, this.#numberOf)
    for (const step of steps) this.#steps.push(step)
    this.#starts.push(this.#steps.length)
    return this.#withRevised.push(withRevised) - 1
  }

  /** Looks up a leaf and caches it. `docIds`: the papers that match it, if known. */
  loadLeaf(leaf: Leaf, docIds?: Uint32Array): void {
    this.#refresh()
    const number = this.#numberOf(leaf)
    if (docIds && !this.#cache[number]) this.#cache[number] = setOf(docIds, this.#index.docCount)
    this.#bitsOf(number)
  }

  /** The papers that match a leaf, if it is cached and the index has not changed. */
  cached(leaf: Leaf): Bits | undefined {
    if (this.#version !== this.#index.version) return undefined
    return this.#cache[this.#numbers.get(nameOf(leaf)) ?? -1]
  }

  /** The papers that a query matches. Does not add the query. */
  find(query: Query, withRevised = mentionsRevised(query)): Bits {
    const steps = program.compile(query, this.#numberOf)
    this.#refresh()
    return this.#visible(this.#run(steps, 0, steps.length), withRevised).slice()
  }

  /** The number of distinct leaves of all queries. */
  get leafCount(): number {
    return this.#leaves.length
  }

  /** The docIds of papers that a query matches; valid until the next call. */
  peekMatches(number: number): Readonly<Bits> {
    this.#refresh()
    const top = this.#run(this.#steps, this.#starts[number]!, this.#starts[number + 1]!)
    return this.#visible(top, this.#withRevised[number]!)
  }

  matches = (number: number): Bits => this.peekMatches(number).slice()

  #visible(top: Bits, withRevised: boolean): Bits {
    intersectBits(top, this.#index.live)
    if (!withRevised) subtractBits(top, this.#onlyRevised)
    return top
  }

  #run(steps: readonly number[], from: number, to: number): Bits {
    let depth = -1
    for (let at = from; at < to; at++) {
      const step = steps[at]!
      const value = program.operandOf(step)
      switch (program.operationOf(step)) {
        case program.PUSH:
          this.#stackAt(++depth).set(this.#bitsOf(value))
          break
        case program.AND_LEAF:
          intersectBits(this.#stackAt(depth), this.#bitsOf(value))
          break
        case program.OR_LEAF:
          unionBits(this.#stackAt(depth), this.#bitsOf(value))
          break
        case program.AND_NOT_LEAF:
          subtractBits(this.#stackAt(depth), this.#bitsOf(value))
          break
        case program.AND:
          depth--
          intersectBits(this.#stackAt(depth), this.#stackAt(depth + 1))
          break
        case program.OR:
          depth--
          unionBits(this.#stackAt(depth), this.#stackAt(depth + 1))
          break
        case program.NOT:
          invert(this.#stackAt(depth))
          break
        default: {
          const parts = program.partCountOf(value)
          depth -= parts - 1
          keepAtLeast(this.#stack.slice(depth, depth + parts), program.minCountOf(value))
        }
      }
    }
    return this.#stackAt(0)
  }

  #stackAt(depth: number): Bits {
    const bits = this.#stack[depth] ?? newBits(this.#index.docCount)
    this.#stack[depth] = bits
    return bits
  }

  #bitsOf(number: number): Bits {
    const leaf = this.#leaves[number]!
    const bits = this.#cache[number] ?? this.#previous?.cached(leaf) ?? leafBits(this.#index, leaf)
    this.#cache[number] = bits
    return bits
  }

  #numberOf = (leaf: Leaf): number => {
    const name = nameOf(leaf)
    const known = this.#numbers.get(name)
    if (known !== undefined) return known
    const number = this.#leaves.push(leaf) - 1
    this.#numbers.set(name, number)
    return number
  }

  #refresh(): void {
    if (this.#version === this.#index.version) return
    this.#version = this.#index.version
    this.#cache = []
    this.#stack = []
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

/** A key that is equal for leaves with the same meaning. */
const nameOf = (leaf: Leaf): string => (isTextLeaf(leaf) ? `${leaf.field} ${leaf.text}` : filterText(leaf))

function invert(bits: Bits): void {
  for (let i = 0; i < bits.length; i++) bits[i] = ~bits[i]!
}

/** Reduces the first set to what at least `least` of the sets contain. */
function keepAtLeast(sets: readonly Bits[], least: number): void {
  const into = sets[0]!
  // The positions that at least so many of the sets contain.
  const atLeast = new Int32Array(least + 1)
  for (let i = 0; i < into.length; i++) {
    atLeast.fill(0)
    atLeast[0] = ~0
    for (const set of sets) for (let n = least; n > 0; n--) atLeast[n]! |= atLeast[n - 1]! & set[i]!
    into[i] = atLeast[least]!
  }
}
