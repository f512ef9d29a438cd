import type { Archive } from '../archive.ts'
import { type Bits, intersectBits, newBits, setBit, subtractBits } from '../matching/bits.ts'
import { asMeaning } from '../meaning/meaning-of.ts'
import { isTextLeaf, isTimeDependent, leavesOf, type Query } from '../query.ts'
import type { Steps } from '../steps.ts'
import { contentWordsOf, excludedParts } from './ranker.ts'

/** The least cosine similarity of a related paper. */
const MIN_RELATED = 0.35

/**
 * The papers near to a query in the learned space that neither match it nor contain what it excludes. They meet its
 * conditions on categories and code. Empty for a query that a paper may match later, as it must be offered then.
 */
export function* relatedPapers(archive: Archive, query: Query): Steps<Bits> {
  const near = newBits(archive.index.docCount)
  if (isTimeDependent(query)) return near
  const cosines = yield* archive.cosinesTo(contentWordsOf(archive.wantedWords(query)))
  if (!cosines) return near
  for (let docId = 0; docId < cosines.length; docId++) if (cosines[docId]! >= MIN_RELATED) setBit(near, docId)
  intersectBits(near, archive.all())
  yield
  subtractBits(near, archive.find(query))
  subtractBits(near, excludedPapers(archive, query))
  const parts = query.kind === 'and' ? query.parts : []
  const conditions = parts.filter((part) => part.kind !== 'not' && !leavesOf(part).some(isTextLeaf))
  for (const part of conditions) intersectBits(near, archive.find(part))
  return near
}

/** The papers that contain a part that the query excludes. */
export function excludedPapers(archive: Archive, query: Query): Bits {
  const parts = excludedParts(archive.meaningOf(query))
  return parts.length > 0 ? archive.find(asMeaning({ kind: 'or', parts })) : newBits(0)
}
