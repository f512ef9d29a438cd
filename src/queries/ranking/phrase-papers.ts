import type { Archive, DayBounds } from '../archive.ts'
import { hasBit } from '../matching/bits.ts'
import type { PaperIndex } from '../matching/paper-index.ts'
import { type IndexedTerm, toIndexedTerm } from '../matching/phrase-positions.ts'
import { addCounts, INDEXED_FIELDS_OF } from '../matching/program.ts'
import type { IndexedField } from '../matching/segment.ts'
import { isTextLeaf, leavesOf, type TextLeaf } from '../query.ts'
import { emptyTally } from './tf-idf.ts'

// Papers are by docId, each once, without those that have only newer versions. `find` of the archive finds the same ones
// with a bit set for each phrase; a topic looks up many phrases.

/** The papers that contain a phrase in the title, and those that have it as a keyword. */
export function papersNamed({ index }: Archive, text: string): Uint32Array[] {
  const term = toIndexedTerm(leafOf(text), index.vocabularies)
  return [lookUp(index, term, ['title']), lookUp(index, term, ['keyword'])]
}

/** The papers that a query for a phrase finds. `named`: those of `papersNamed`, if they are known. */
export function papersWith(archive: Archive, text: string, named: readonly Uint32Array[]): Uint32Array {
  const { index } = archive
  const [leaf, ...names] = leavesOf(archive.meaningOf(leafOf(text))).filter(isTextLeaf)
  const find = (one: TextLeaf, parts = INDEXED_FIELDS_OF[one.field], known: readonly Uint32Array[] = []) =>
    lookUp(index, toIndexedTerm(one, index.vocabularies), parts, known)
  const known = [...named, ...names.map((name) => find(name))]
  return find(leaf!, named.length > 0 ? ['abstract'] : undefined, known)
}

const leafOf = (text: string): TextLeaf => ({ kind: 'phrase', field: 'any', text, quoted: true })

/** `known` papers, and those with a term in one of the parts. */
function lookUp(
  index: PaperIndex,
  term: IndexedTerm,
  parts: readonly IndexedField[],
  known: readonly Uint32Array[] = [],
): Uint32Array {
  const tally = emptyTally(index)
  for (const papers of known) for (const docId of papers) tally.add(docId, 1)
  for (const part of parts) addCounts(index, term, part, { tally })
  const isListed = (docId: number) => hasBit(index.live, docId) && !index.attributes(docId).onlyRevised
  return tally.take().docIds.filter(isListed)
}

/** Those first listed on the days. */
export const withinDays = (
  { index }: Archive,
  papers: Uint32Array,
  { from = '', to = '9999' }: DayBounds,
): Uint32Array =>
  papers.filter((docId) => {
    const { firstDay } = index.attributes(docId)
    return firstDay >= from && firstDay <= to
  })

/** The rarity of the two rarest words: a third word does not reduce it. */
export function rarityOf({ index }: Archive, keys: readonly string[]): number {
  const rarities = keys.map((key) => Math.log((index.size + 1) / (index.frequencies.ofKey(key) + 1)))
  const [first = 0, second = 0] = rarities.sort((a, b) => b - a)
  return first + second
}
