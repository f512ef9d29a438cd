import { asksForRevised } from '../language/turning.ts'
import type { Leaf, Query } from '../query.ts'
import { addBits, type Bits, dropBits, keepBits, newBits, setBit } from './bits.ts'
import { leafBits } from './leaf-bits.ts'
import type { PaperIndex } from './paper-index.ts'
import * as program from './program.ts'

/**
 * Queries over the papers of an index: each distinct leaf is looked up once, and a query is AND, OR and NOT over bit
 * sets. Agrees with `evaluate` on every paper.
 */
export class QuerySet {
  readonly #index: PaperIndex
  readonly #leaves: Leaf[] = []
  readonly #numbers = new Map<string, number>()
  /** All queries' steps, one after the other, and where each begins. */
  #steps = new Int32Array(1024)
  readonly #starts: number[] = [0]
  readonly #withRevised: boolean[] = []
  #known: (Bits | undefined)[] = []
  #onlyRevised: Bits = newBits(0)
  #stack: Bits[] = []
  #version = -1
  #before: QuerySet | undefined

  /** `before`: a set over the same index whose leaves need not be looked up again. */
  constructor(index: PaperIndex, before?: QuerySet) {
    this.#index = index
    this.#before = before
    if (before) before.#before = undefined
  }

  /** Takes a query in and returns its number, from 0. `withRevised`: papers known by newer versions alone count. */
  add(query: Query, withRevised = asksForRevised(query)): number {
    const steps = program.compile(query, (leaf) => this.#numberOf(leaf))
    const start = this.#starts.at(-1)!
    this.#reserve(start + steps.length)
    this.#steps.set(steps, start)
    this.#starts.push(start + steps.length)
    return this.#withRevised.push(withRevised) - 1
  }

  /** Looks a leaf up, so that queries have it at hand. `slots`: the papers that meet it, where they are known. */
  lookUp(leaf: Leaf, slots?: Uint32Array): void {
    this.#refresh()
    const number = this.#numberOf(leaf)
    if (slots && !this.#known[number]) this.#known[number] = setOf(slots, this.#index.slots)
    this.#leaf(number)
  }

  /** The papers that meet a leaf, if it was looked up and the index has the same papers still. */
  known(leaf: Leaf): Bits | undefined {
    if (this.#version !== this.#index.version) return undefined
    return this.#known[this.#numbers.get(nameOf(leaf)) ?? -1]
  }

  /** The papers that a query matches, without keeping the query. */
  find(query: Query, withRevised = asksForRevised(query)): Bits {
    const steps = Int32Array.from(program.compile(query, (leaf) => this.#numberOf(leaf)))
    this.#refresh()
    return this.#counted(this.#run(steps, 0, steps.length), withRevised).slice()
  }

  /** Distinct leaves of all queries. */
  get leaves(): number {
    return this.#leaves.length
  }

  /** The slots of papers that a query matches; valid until the next call. */
  look(number: number): Readonly<Bits> {
    this.#refresh()
    const top = this.#run(this.#steps, this.#starts[number]!, this.#starts[number + 1]!)
    return this.#counted(top, this.#withRevised[number]!)
  }

  matches = (number: number): Bits => this.look(number).slice()

  #counted(top: Bits, withRevised: boolean): Bits {
    keepBits(top, this.#index.live)
    if (!withRevised) dropBits(top, this.#onlyRevised)
    return top
  }

  #run(steps: Int32Array, from: number, to: number): Bits {
    let depth = -1
    for (let at = from; at < to; at++) {
      const step = steps[at]!
      const value = program.operandOf(step)
      switch (program.operationOf(step)) {
        case program.PUSH:
          this.#at(++depth).set(this.#leaf(value))
          break
        case program.KEEP_LEAF:
          keepBits(this.#at(depth), this.#leaf(value))
          break
        case program.ADD_LEAF:
          addBits(this.#at(depth), this.#leaf(value))
          break
        case program.DROP_LEAF:
          dropBits(this.#at(depth), this.#leaf(value))
          break
        case program.KEEP:
          depth--
          keepBits(this.#at(depth), this.#at(depth + 1))
          break
        case program.ADD:
          depth--
          addBits(this.#at(depth), this.#at(depth + 1))
          break
        case program.FLIP:
          flip(this.#at(depth))
          break
        default: {
          const parts = program.partsOf(value)
          depth -= parts - 1
          keepCommon(this.#stack.slice(depth, depth + parts), program.leastOf(value))
        }
      }
    }
    return this.#at(0)
  }

  #at(depth: number): Bits {
    const bits = this.#stack[depth] ?? newBits(this.#index.slots)
    this.#stack[depth] = bits
    return bits
  }

  #leaf(number: number): Bits {
    const leaf = this.#leaves[number]!
    const bits = this.#known[number] ?? this.#before?.known(leaf) ?? leafBits(this.#index, leaf)
    this.#known[number] = bits
    return bits
  }

  #numberOf(leaf: Leaf): number {
    const name = nameOf(leaf)
    const known = this.#numbers.get(name)
    if (known !== undefined) return known
    const number = this.#leaves.push(leaf) - 1
    this.#numbers.set(name, number)
    return number
  }

  #reserve(length: number): void {
    if (length <= this.#steps.length) return
    const larger = new Int32Array(Math.max(length, this.#steps.length * 2))
    larger.set(this.#steps)
    this.#steps = larger
  }

  #refresh(): void {
    if (this.#version === this.#index.version) return
    this.#version = this.#index.version
    this.#known = []
    this.#stack = []
    this.#onlyRevised = newBits(this.#index.slots)
    for (let slot = 0; slot < this.#index.slots; slot++) {
      if (this.#index.facts(slot).onlyRevised) setBit(this.#onlyRevised, slot)
    }
  }
}

function setOf(slots: Uint32Array, size: number): Bits {
  const bits = newBits(size)
  for (const slot of slots) setBit(bits, slot)
  return bits
}

/** What two leaves share that ask the same. */
function nameOf(leaf: Leaf): string {
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

function flip(bits: Bits): void {
  for (let i = 0; i < bits.length; i++) bits[i] = ~bits[i]!
}

/** Leaves in the first of some sets what at least `least` of them hold. */
function keepCommon(sets: readonly Bits[], least: number): void {
  const [into] = sets
  // Sums of each place's bits, digit by digit: `digits[d]` has a place's bit where its sum has the digit 2^d.
  const digits = new Array<number>(Math.ceil(Math.log2(sets.length + 1))).fill(0)
  for (let i = 0; i < into!.length; i++) {
    digits.fill(0)
    for (const set of sets) addTo(digits, set[i]!)
    into![i] = atLeast(digits, least)
  }
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
