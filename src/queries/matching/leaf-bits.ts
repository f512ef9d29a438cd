import { isOfCategory } from '../language/category.ts'
import { isText, type Leaf, type TextLeaf } from '../query.ts'
import { type Bits, newBits, setBit } from './bits.ts'
import type { PaperFacts, PaperIndex } from './paper-index.ts'
import type { Part } from './paper-words.ts'
import { eachStanding, type SpelledTerm, spell } from './standing.ts'

export const PARTS_OF: Record<TextLeaf['field'], readonly Part[]> = {
  any: ['title', 'abstract', 'keyword'],
  title: ['title'],
  abstract: ['abstract'],
  keyword: ['keyword'],
  org: ['org'],
  author: ['author'],
}

/** The slots of papers that meet a leaf by itself. */
export function leafBits(index: PaperIndex, leaf: Leaf): Bits {
  const bits = newBits(index.slots)
  if (isText(leaf)) {
    const term = spell(leaf, index.vocabularies)
    for (const part of PARTS_OF[leaf.field]) eachSlot(index, term, part, (slot) => setBit(bits, slot))
    return bits
  }
  const meets = askedOf(leaf)
  for (let slot = 0; slot < index.slots; slot++) if (meets(index.facts(slot))) setBit(bits, slot)
  return bits
}

/** Calls back with each slot in a part of which a term stands, and how often. */
export function eachSlot(
  index: PaperIndex,
  term: SpelledTerm,
  part: Part,
  work: (slot: number, count: number) => void,
): void {
  for (const [segment, first] of index.segments()) {
    eachStanding(segment, part, term, (paper, count) => work(first + paper, count))
  }
}

function askedOf(leaf: Exclude<Leaf, TextLeaf>): (facts: PaperFacts) => boolean {
  switch (leaf.kind) {
    case 'category': {
      const isAsked = isOfCategory(leaf.value)
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
