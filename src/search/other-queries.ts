import type { Archive } from '../queries/archive.ts'
import { describePart } from '../queries/language/describe-query.ts'
import { writeTree } from '../queries/language/write-query.ts'
import type { Bits } from '../queries/matching/bits.ts'
import { flatten, isTextLeaf, leavesOf, MAX_VARIANTS, type Query } from '../queries/query.ts'
import { asSentence } from './back-test/offers.ts'
import { readAsAuthor, withoutEach } from './back-test/variants.ts'
import { respelled } from './spelling.ts'

// Queries that a page of results offers beside the one that was searched.

export interface CountedQuery {
  query: string
  papers: number
}

/** Words read as the name of an author or organization: author:"Songlin Yang". */
export interface NamedQuery extends CountedQuery {
  /** "the author Songlin Yang" */
  part: string
}

/** The query of only titles, or of papers with some votes. */
export interface NarrowerQuery extends CountedQuery {
  kind: 'title' | 'votes'
}

export interface WithoutPart extends CountedQuery {
  /** The part that is left out, in words. */
  part: string
  /** Whether it is what the query excludes. */
  isUnwanted: boolean
}

/** A longer query is not narrowed: each of its words would be looked up again. */
const MAX_NARROWED = 10
/** Votes that few papers have. */
export const MANY_VOTES = 20

/** Reads a query of plain words as the name of an author and of an organization, if papers have that name. */
export function namesIn(archive: Archive, tree: Query): NamedQuery[] {
  const named: NamedQuery[] = []
  for (const { changed } of readAsAuthor(tree)) {
    if (!isTextLeaf(changed)) continue
    for (const field of ['author', 'org'] as const) {
      const name = { ...changed, field }
      const found = counted(archive, name)
      if (found) named.push({ ...found, part: describePart(name) })
    }
  }
  return named
}

/**
 * The query with the words that no paper contains spelled like common ones, if there are papers for it. Null otherwise.
 */
export function respelledQuery(archive: Archive, tree: Query): (CountedQuery & { tree: Query }) | null {
  const changed = respelled(archive, tree)
  const found = changed && counted(archive, changed)
  return changed && found ? { ...found, tree: changed } : null
}

/** Those that find some of the papers found, but not all of them. */
export function narrowerQueries(archive: Archive, tree: Query, found: Readonly<Bits>): NarrowerQuery[] {
  if (leavesOf(tree).length > MAX_NARROWED) return []
  const all = archive.count(found)
  const narrower: [NarrowerQuery['kind'], Query | null][] = [
    ['title', inTitle(tree)],
    ['votes', flatten('and', [tree, { kind: 'votes', least: MANY_VOTES }])],
  ]
  return narrower.flatMap(([kind, query]) => {
    const one = query && counted(archive, query)
    return one && one.papers < all ? [{ ...one, kind }] : []
  })
}

/** Null if the query is not of words without a field. */
function inTitle(tree: Query): Query | null {
  const leaves = leavesOf(tree)
  return leaves.every((leaf) => isTextLeaf(leaf) && leaf.field === 'any') ? intoTitle(tree) : null
}

function intoTitle(node: Query): Query {
  if ('parts' in node) return { ...node, parts: node.parts.map(intoTitle) }
  if (node.kind === 'not') return { ...node, part: intoTitle(node.part) }
  return isTextLeaf(node) ? { ...node, field: 'title' } : node
}

/** The query with only some of its words required; null if it is not of words, or finds nothing. */
export function sentenceQuery(archive: Archive, asked: { query: string; tree: Query }): CountedQuery | null {
  const sentence = asSentence(asked)
  if (!sentence) return null
  const papers = archive.count(archive.find(sentence.tree))
  return papers > 0 ? { query: sentence.query, papers } : null
}

/** The query without the part that leaves most papers; null if removing one part is not enough. */
export function withoutPart(archive: Archive, tree: Query): WithoutPart | null {
  let best: WithoutPart | null = null
  for (const { part, changed } of withoutEach(tree).take(MAX_VARIANTS)) {
    const found = counted(archive, changed)
    if (!found || found.papers <= (best?.papers ?? 0)) continue
    const isUnwanted = part.kind === 'not'
    best = { ...found, part: describePart(isUnwanted ? part.part : part), isUnwanted }
  }
  return best
}

/** Null without papers, and for a query that cannot be written. */
function counted(archive: Archive, tree: Query): CountedQuery | null {
  const papers = archive.count(archive.find(tree))
  const query = papers > 0 ? writeTree(tree) : null
  return query === null ? null : { query, papers }
}
