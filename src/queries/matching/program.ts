import type { Leaf, Query } from '../query.ts'

// A tree as a short row of steps over a stack of bit sets. A step is one number: what to do in its low three bits, with
// what in the rest.

/** Put the set of a leaf on the stack. */
export const PUSH = 0
/** Keep, of the set on top, what a leaf has too; add a leaf to it; drop a leaf from it. */
export const AND_LEAF = 1
export const OR_LEAF = 2
export const AND_NOT_LEAF = 3
/** The same with the set on top and the one below it, which stays. */
export const AND = 4
export const OR = 5
export const NOT = 6
/** Of the sets on top, keep what at least so many hold: how many sets in the next 14 bits, the least above them. */
const AT_LEAST = 7

const step = (operation: number, value = 0): number => (value << 3) | operation
export const operationOf = (step: number): number => step & 7
export const operandOf = (step: number): number => step >>> 3

const MAX_PARTS_BITS = 14
export const partCountOf = (value: number): number => value & ((1 << MAX_PARTS_BITS) - 1)
export const minCountOf = (value: number): number => value >>> MAX_PARTS_BITS

/** The steps of a tree; `numberOf` gives each leaf its number. */
export function compile(query: Query, numberOf: (leaf: Leaf) => number): number[] {
  const steps: number[] = []
  write(query)
  return steps

  function write(node: Query): void {
    switch (node.kind) {
      case 'and':
        joined(node.parts, AND_LEAF, AND)
        return
      case 'or':
        joined(node.parts, OR_LEAF, OR)
        return
      case 'not':
        write(node.part)
        steps.push(step(NOT))
        return
      case 'some':
        for (const part of node.parts) write(part)
        steps.push(step(AT_LEAST, node.parts.length | (node.least << MAX_PARTS_BITS)))
        return
      default:
        steps.push(step(PUSH, numberOf(node)))
    }
  }

  function joined(parts: readonly Query[], withLeaf: number, withSet: number): void {
    const [first, ...others] = wantedFirst(parts)
    write(first!)
    for (const part of others) {
      if (isLeaf(part)) steps.push(step(withLeaf, numberOf(part)))
      else if (withSet === AND && part.kind === 'not' && isLeaf(part.part)) {
        steps.push(step(AND_NOT_LEAF, numberOf(part.part)))
      } else {
        write(part)
        steps.push(step(withSet))
      }
    }
  }
}

const isLeaf = (node: Query): node is Leaf =>
  node.kind !== 'and' && node.kind !== 'or' && node.kind !== 'not' && node.kind !== 'some'

const wantedFirst = (parts: readonly Query[]): readonly Query[] =>
  parts[0]!.kind === 'not'
    ? parts.toSorted((a, b) => Number(a.kind === 'not') - Number(b.kind === 'not'))
    : parts
