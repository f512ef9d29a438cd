import type { Archive, DayBounds } from '../archive.ts'
import { hasBit } from '../matching/bits.ts'
import { toIndexedTerm } from '../matching/phrase-positions.ts'
import { addCounts, INDEXED_FIELDS_OF } from '../matching/program.ts'
import { isTextLeaf, leavesOf, type TextLeaf } from '../query.ts'
import { emptyTally } from './tf-idf.ts'

// The same papers as `find` of the archive, without a bit set for each phrase: a topic looks up many.

/** Papers by docId, each once, without those that have only newer versions. */
export type DocIds = Uint32Array

/** The papers that contain a phrase in a part. */
export const papersWith = (archive: Archive, text: string, part: 'title' | 'keyword'): DocIds =>
  lookUp(archive, leafOf(text), [part])

/** The papers that a query for a phrase finds. `named`: those with the phrase in the title and as a keyword, if known. */
export function papersWithAny(archive: Archive, text: string, named: readonly DocIds[]): DocIds {
  const leaf = leafOf(text)
  // It may also be a name.
  const [, ...names] = leavesOf(archive.meaningOf(leaf)).filter(isTextLeaf)
  const known = [...named, ...names.map((name) => lookUp(archive, name))]
  return lookUp(archive, leaf, named.length > 0 ? ['abstract'] : undefined, known)
}

const leafOf = (text: string): TextLeaf => ({ kind: 'phrase', field: 'any', text, quoted: true })

function lookUp(
  { index }: Archive,
  leaf: TextLeaf,
  parts = INDEXED_FIELDS_OF[leaf.field],
  known: readonly DocIds[] = [],
): DocIds {
  const tally = emptyTally(index)
  const term = toIndexedTerm(leaf, index.vocabularies)
  for (const papers of known) for (const docId of papers) tally.add(docId, 1)
  for (const part of parts) addCounts(index, term, part, { tally })
  const isListed = (docId: number) => hasBit(index.live, docId) && !index.attributes(docId).onlyRevised
  return tally.take().docIds.filter(isListed)
}

/** Those first listed on the days. */
export const withinDays = (
  { index }: Archive,
  papers: DocIds,
  { from = '', to = '9999' }: DayBounds,
): DocIds =>
  papers.filter((docId) => {
    const { firstDay } = index.attributes(docId)
    return firstDay >= from && firstDay <= to
  })
