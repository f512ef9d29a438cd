import { checkDeadline } from '../deadline.ts'
import { filterText, isTextLeaf, leavesOf, mentionsRevised, type Query, type TextLeaf } from '../query.ts'
import { type Bits, clearBit, intersectBits, newBits, subtractBits, unionBits } from './bits.ts'
import type { PaperIndex } from './paper-index.ts'
import * as program from './program.ts'
import { type Lookup, leafBits } from './program.ts'

/**
 * Queries over the papers of an index. Each distinct leaf is looked up once, and a query combines the bit sets by AND,
 * OR and NOT. The results agree with `evaluate` for every paper.
 */
export class QuerySet {
  readonly #index: PaperIndex
  readonly #leaves: Lookup[] = []
  readonly #numbers = new Map<string, number>()
  /** The steps of all queries in sequence, and the start of each query. */
  readonly #steps: number[] = []
  readonly #starts: number[] = [0]
  readonly #withRevised: boolean[] = []
  #cache: (Bits | undefined)[] = []
  /** The papers without those that have only newer versions. */
  #listed: Bits = newBits(0)
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

  /** The papers that match a leaf, if it is cached and the index has not changed. */
  cached(leaf: Lookup): Bits | undefined {
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
    intersectBits(top, withRevised ? this.#index.live : this.#listed)
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
          const least = steps[++at]!
          const leaves = Array.from({ length: value }, (_, n) => steps[at + 1 + n]!)
          at += value
          depth -= leaves.filter((leaf) => leaf === program.ON_STACK).length
          let next = depth
          const sets = leaves.map((leaf) =>
            leaf === program.ON_STACK ? this.#stackAt(++next) : this.#bitsOf(leaf),
          )
          selectAtLeast(this.#stackAt(++depth), sets, least)
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
    const bits = this.#cache[number] ?? this.#previous?.cached(leaf) ?? this.#lookUp(leaf)
    this.#cache[number] = bits
    return bits
  }

  #lookUp(leaf: Lookup): Bits {
    checkDeadline()
    if (leaf.kind === 'or') return this.#anyOf(leaf)
    return leafBits(this.#index, leaf, (field) => this.cached({ ...(leaf as TextLeaf), field }))
  }

  #anyOf(forms: Query): Bits {
    const any = newBits(this.#index.docCount)
    for (const leaf of leavesOf(forms)) unionBits(any, this.#bitsOf(this.#numberOf(leaf)))
    return any
  }

  #numberOf = (leaf: Lookup): number => {
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
    this.#listed = this.#index.live.slice()
    for (let docId = 0; docId < this.#index.docCount; docId++) {
      if (this.#index.attributes(docId).onlyRevised) clearBit(this.#listed, docId)
    }
  }
}

/** A key that is equal for leaves with the same meaning. */
function nameOf(leaf: Lookup): string {
  if (leaf.kind === 'or') return leavesOf(leaf).map(nameOf).join('\0')
  return isTextLeaf(leaf) ? `${leaf.field} ${leaf.text}` : filterText(leaf)
}

function invert(bits: Bits): void {
  for (let i = 0; i < bits.length; i++) bits[i] = ~bits[i]!
}

/** Replaces `into`, which may be one of the sets, by what at least `least` of the sets contain. */
function selectAtLeast(into: Bits, sets: readonly Bits[], least: number): void {
  // Fewer than `least` sets are left after these, so a paper must be in one of them.
  const needed = sets.length - least + 1
  for (let i = 0; i < into.length; i++) {
    let candidates = 0
    for (let n = 0; n < needed; n++) candidates |= sets[n]![i]!
    let kept = 0
    for (; candidates !== 0; candidates &= candidates - 1) {
      const bit = candidates & -candidates
      let count = 0
      for (let n = 0; n < sets.length && count < least; n++) if (sets[n]![i]! & bit) count++
      if (count >= least) kept |= bit
    }
    into[i] = kept
  }
}
