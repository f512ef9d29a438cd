import { categoryMatcher } from '../language/paper-name.ts'
import { isTextLeaf, type Leaf, type Query, type TextLeaf } from '../query.ts'
import { type Bits, newBits, setBit, unionBits } from './bits.ts'
import type { PaperAttributes, PaperIndex } from './paper-index.ts'
import { forEachPaperWithTerm, type IndexedTerm, singleWordOf, toIndexedTerm } from './phrase-positions.ts'
import type { IndexedField } from './segment.ts'
import type { Tally } from './tally.ts'

// A query as a short sequence of steps over a stack of bit sets. A step is one number: the operation in its three low
// bits, the operand in the others.

/** Push the set of a leaf. */
export const PUSH = 0
/** Intersect the top set with a leaf; unite it with a leaf; subtract a leaf from it. */
export const AND_LEAF = 1
export const OR_LEAF = 2
export const AND_NOT_LEAF = 3
/** Replace the two top sets with their intersection or union; invert the top set. */
export const AND = 4
export const OR = 5
export const NOT = 6
/**
 * Push what is in at least a minimum number of as many sets as the operand says. The next numbers are the minimum, then
 * for each set its leaf, or ON_STACK for the top sets, which are removed.
 */
const AT_LEAST = 7
export const ON_STACK = -1

const step = (operation: number, value = 0): number => (value << 3) | operation
export const operationOf = (step: number): number => step & 7
export const operandOf = (step: number): number => step >>> 3

/** A part of a query whose papers are looked up, and not combined from those of its parts. */
export type Lookup = Leaf | Forms
/** A term with what counts as the same. */
type Forms = Extract<Query, { kind: 'or' }> & { also: true }

function isLookup(node: Query): node is Lookup {
  return node.kind === 'or' ? node.also === true : !COMBINED.includes(node.kind)
}

const COMBINED: readonly Query['kind'][] = ['and', 'term', 'not', 'some']

/** The steps of a tree; `numberOf` returns the number of a lookup. */
export function compile(query: Query, numberOf: (part: Lookup) => number): number[] {
  const steps: number[] = []
  write(query)
  return steps

  function write(node: Query): void {
    if (isLookup(node)) {
      steps.push(step(PUSH, numberOf(node)))
      return
    }
    switch (node.kind) {
      case 'and':
      case 'term':
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
        atLeast(node)
        return
    }
  }

  function atLeast({ parts, least }: Extract<Query, { kind: 'some' }>): void {
    for (const part of parts) if (!isLookup(part)) write(part)
    steps.push(step(AT_LEAST, parts.length), least)
    for (const part of parts) steps.push(isLookup(part) ? numberOf(part) : ON_STACK)
  }

  function joined(parts: readonly Query[], withLeaf: number, withSet: number): void {
    const [first, ...others] = wantedFirst(parts)
    write(first!)
    for (const part of others) {
      if (isLookup(part)) steps.push(step(withLeaf, numberOf(part)))
      else if (withSet === AND && part.kind === 'not' && isLookup(part.part)) {
        steps.push(step(AND_NOT_LEAF, numberOf(part.part)))
      } else {
        write(part)
        steps.push(step(withSet))
      }
    }
  }
}

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

/** The docIds of papers that match a single leaf. `known`: the papers with its text in one field, if they are known. */
export function leafBits(
  index: PaperIndex,
  leaf: Leaf,
  known: (field: IndexedField) => Readonly<Bits> | undefined = () => undefined,
): Bits {
  const bits = newBits(index.docCount)
  if (isTextLeaf(leaf)) {
    const term = toIndexedTerm(leaf, index.vocabularies)
    for (const part of INDEXED_FIELDS_OF[leaf.field]) {
      const inPart = known(part)
      if (inPart) unionBits(bits, inPart)
      else forEachDoc(index, term, part, (docId) => setBit(bits, docId))
    }
    return bits
  }
  const meets = predicateOf(leaf)
  for (let docId = 0; docId < index.docCount; docId++) if (meets(index.attributes(docId))) setBit(bits, docId)
  return bits
}

/** Calls back with each docId whose `part` contains a term, and with the number of occurrences. */
function forEachDoc(
  index: PaperIndex,
  term: IndexedTerm,
  part: IndexedField,
  work: (docId: number, count: number) => void,
): void {
  if (term.spellings.some(({ length }) => length === 0)) return
  for (const [segment, first] of index.segments()) {
    forEachPaperWithTerm(segment, part, term, (paper, count) => work(first + paper, count))
  }
}

/** Adds how often each paper contains a term in a part, times a weight. */
export function addCounts(
  index: PaperIndex,
  term: IndexedTerm,
  part: IndexedField,
  { times = 1, tally }: { times?: number; tally: Tally },
): void {
  const word = singleWordOf(term)
  if (!word) forEachDoc(index, term, part, (docId, count) => tally.add(docId, count * times))
  else
    for (const [segment, first] of index.segments()) {
      const postings = segment.postings(part)
      for (const number of word) postings.addCounts(number, { first, times, tally })
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
