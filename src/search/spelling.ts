import { editDistance } from '../core/edit-distance.ts'
import type { Archive } from '../queries/archive.ts'
import { checkDeadline } from '../queries/deadline.ts'
import type { Vocabulary } from '../queries/matching/vocabulary.ts'
import { type Query, wantedLeaves } from '../queries/query.ts'
import { foldAccents } from '../queries/text/fold.ts'
import { wordKindOf } from '../queries/text/tokens.ts'

/** A suggested word is in at least so many papers. */
const MIN_PAPERS = 5
/** The least share of trigrams that two spellings have in common. */
const MIN_SIMILARITY = 0.4
/** Of a word with one letter left out, inserted, changed or swapped: more than any two others. */
const ONE_SLIP = 1
const MAX_LENGTH_DIFFERENCE = 2
/** Shorter words are close to too many others. */
const MIN_LENGTH = 4
/** Each word that no paper contains takes some milliseconds. */
const MAX_WORDS = 10

/**
 * The query with each word that no paper contains replaced by a common word that is spelled much like it, in texts or,
 * for a name, in names. Null if there is nothing to replace, and for a long query.
 */
export function respelled(archive: Archive, query: Query): Query | null {
  if (wantedLeaves(query).length > MAX_WORDS) return null
  const changed = replaceWords(query)
  return changed === query ? null : changed

  function replaceWords(node: Query): Query {
    if ('parts' in node) {
      const parts = node.parts.map(replaceWords)
      return parts.some((part, i) => part !== node.parts[i]) ? { ...node, parts } : node
    }
    if (node.kind !== 'word' || node.quoted) return node
    checkDeadline()
    if (archive.count(archive.find(node)) > 0) return node
    const text = closestWord(archive, node.text, wordKindOf(node.field))
    return text === null ? node : { ...node, text }
  }
}

/** The common word that is spelled most like one; null if there is none. */
function closestWord({ index }: Archive, word: string, kind: 'prose' | 'names'): string | null {
  const vocabulary: Vocabulary = index.vocabularies[kind]
  const field = kind === 'names' ? 'author' : 'abstract'
  const papersWith = (id: number) =>
    index.segments().reduce((sum, [segment]) => sum + segment.postings(field).documentFrequency(id), 0)
  const lower = foldAccents(word).toLowerCase()
  if (lower.length < MIN_LENGTH) return null
  const own = trigramsOf(lower)
  let best = { spelling: '', similarity: MIN_SIMILARITY, papers: 0 }
  for (let id = 1; id < vocabulary.size; id++) {
    const written = vocabulary.spelling(id)
    // People seldom mistake the first letter, and this keeps the search short.
    if (written[0]?.toLowerCase() !== lower[0]) continue
    const spelling = written.toLowerCase()
    if (Math.abs(spelling.length - lower.length) > MAX_LENGTH_DIFFERENCE) continue
    // Two swapped letters leave a short word few trigrams.
    const similarity =
      editDistance(lower, spelling) === 1 ? ONE_SLIP : similarityOf(own, trigramsOf(spelling))
    if (similarity < best.similarity) continue
    const papers = papersWith(id)
    if (papers < MIN_PAPERS || (similarity === best.similarity && papers <= best.papers)) continue
    best = { spelling, similarity, papers }
  }
  return best.spelling || null
}

/** All runs of three letters, with blanks around the word as in Postgres' pg_trgm. */
function trigramsOf(word: string): Set<string> {
  const padded = `  ${word} `
  return new Set(Array.from({ length: padded.length - 2 }, (_, i) => padded.slice(i, i + 3)))
}

function similarityOf(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  let common = 0
  for (const trigram of one) if (other.has(trigram)) common++
  return common / (one.size + other.size - common)
}
