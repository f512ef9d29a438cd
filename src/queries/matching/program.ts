import { categoryMatcher } from '../language/paper-name.ts'
import { isTextLeaf, type Leaf, type Query, type TextLeaf } from '../query.ts'
import { type Bits, newBits, setBit } from './bits.ts'
import type { PaperAttributes, PaperIndex } from './paper-index.ts'
import { forEachPaperWithTerm, type IndexedTerm, toIndexedTerm } from './phrase-positions.ts'
import type { IndexedField } from './segment.ts'

// A query as a short sequence of steps over a stack of bit sets. A step is one number: the operation in its three low
// bits, the operand in the others.

/** Push the set of a leaf. */
export const PUSH = 0
/** Intersect the top set with a leaf; unite it with a leaf; subtract a leaf from it. */
export const AND_LEAF = 1
export const OR_LEAF = 2
export const AND_NOT_LEAF = 3
/** The same for the two top sets; the lower one has the result. NOT inverts the top set. */
export const AND = 4
export const OR = 5
export const NOT = 6
/**
 * Replace the top sets by what at least a minimum number of them contain. The operand has the number of sets in its 14
 * low bits, and the minimum above them.
 */
const AT_LEAST = 7

const step = (operation: number, value = 0): number => (value << 3) | operation
export const operationOf = (step: number): number => step & 7
export const operandOf = (step: number): number => step >>> 3

const MAX_PARTS_BITS = 14
export const partCountOf = (value: number): number => value & ((1 << MAX_PARTS_BITS) - 1)
export const minCountOf = (value: number): number => value >>> MAX_PARTS_BITS

/** The steps of a tree; `numberOf` returns the number of a leaf. */
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

export const INDEXED_FIELDS_OF: Record<TextLeaf['field'], readonly IndexedField[]> = {
  any: ['title', 'abstract', 'keyword'],
  title: ['title'],
  abstract: ['abstract'],
  keyword: ['keyword'],
  org: ['org'],
  author: ['author'],
}

/** The docIds of papers that match a single leaf. */
export function leafBits(index: PaperIndex, leaf: Leaf): Bits {
  const bits = newBits(index.docCount)
  if (isTextLeaf(leaf)) {
    const term = toIndexedTerm(leaf, index.vocabularies)
    for (const part of INDEXED_FIELDS_OF[leaf.field])
      forEachDoc(index, term, part, (docId) => setBit(bits, docId))
    return bits
  }
  const meets = predicateOf(leaf)
  for (let docId = 0; docId < index.docCount; docId++) if (meets(index.attributes(docId))) setBit(bits, docId)
  return bits
}

/** Calls back with each docId whose `part` contains a term, and with the number of occurrences. */
export function forEachDoc(
  index: PaperIndex,
  term: IndexedTerm,
  part: IndexedField,
  work: (docId: number, count: number) => void,
): void {
  for (const [segment, first] of index.segments()) {
    forEachPaperWithTerm(segment, part, term, (paper, count) => work(first + paper, count))
  }
}

function predicateOf(leaf: Exclude<Leaf, TextLeaf>): (attributes: PaperAttributes) => boolean {
  switch (leaf.kind) {
    case 'category': {
      const isAsked = categoryMatcher(leaf.value)
      return ({ categories }) => categories.some(isAsked)
    }
    case 'has-code':
      return ({ hasCode }) => hasCode
    case 'votes':
      return ({ votes }) => votes !== null && votes >= leaf.least
    case 'revised':
      return ({ revisedDay }) => revisedDay !== null
    case 'paper':
      return ({ names }) => names.includes(leaf.name)
  }
}
