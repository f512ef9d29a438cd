import { categoryMatcher } from '../language/paper-name.ts'
import { isTextLeaf, type Leaf, type TextLeaf } from '../query.ts'
import { type Bits, newBits, setBit } from './bits.ts'
import type { PaperAttributes, PaperIndex } from './paper-index.ts'
import { forEachPaperWithTerm, type IndexedTerm, toIndexedTerm } from './phrase-positions.ts'
import type { IndexedField } from './segment.ts'

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
