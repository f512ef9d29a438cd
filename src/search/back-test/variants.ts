import { flatten, isTextLeaf, type Leaf, type Query, type TextLeaf } from '../../queries/query.ts'
import { tokensOf, wordsOfPhrase } from '../../queries/text/tokens.ts'

/** A query with one part changed. */
export interface Variant {
  /** The unchanged part. */
  part: Query
  changed: Query
}

/** Generated one by one, since each is as large as the query, and a long query has more variants than are tried. */
type Variants = Generator<Variant, void>

/** Removes each part of an AND and of a term in turn. Does not change what is under a NOT. */
export function* withoutEach(query: Query): Variants {
  if (!isJoined(query)) return
  for (const [i, part] of query.kind === 'or' ? [] : query.parts.entries()) {
    const rest = query.parts.toSpliced(i, 1)
    // A query must have a wanted part.
    if (rest.some((one) => one.kind !== 'not')) yield { part, changed: flatten(query.kind, rest) }
  }
  yield* inParts(query, withoutEach)
}

/** The query without these leaves; null if it has no other wanted part. Does not change what is under a NOT. */
export function withoutLeaves(query: Query, leaves: readonly Leaf[]): Query | null {
  const left = new Set(leaves.map((leaf) => JSON.stringify(leaf)))
  return without(query)

  function without(part: Query): Query | null {
    if (part.kind === 'some') return withoutSome(part)
    if (!isJoined(part)) return left.has(JSON.stringify(part)) ? null : part
    const rest = part.parts.map(without).filter((one) => one !== null)
    return rest.some(({ kind }) => kind !== 'not') ? flatten(part.kind, rest) : null
  }

  /** All the other key words of a sentence, with quotes, so that they can be written without one. */
  function withoutSome(sentence: Extract<Query, { kind: 'some' }>): Query | null {
    const rest = sentence.parts.map(without).filter((one) => one !== null)
    if (rest.length === sentence.parts.length) return sentence
    const quoted = rest.map((part): Query => (part.kind === 'phrase' ? { ...part, quoted: true } : part))
    return quoted.length > 0 ? flatten('and', quoted) : null
  }
}

/** Replaces each phrase by its single words. */
export const splitEachPhrase = (query: Query): Variants =>
  changedEach(query, (part) => (part.kind === 'term' ? null : apart(part)))

/** Replaces each term by its words, anywhere in a paper. */
export const splitEachTerm = (query: Query): Variants =>
  changedEach(query, (part) => (part.kind === 'term' ? { ...part, kind: 'and' } : null))

/** Searches each title or abstract term in all parts of a paper. */
export const widenEachField = (query: Query): Variants =>
  changedEach(query, (leaf) =>
    isTextLeaf(leaf) && (leaf.field === 'title' || leaf.field === 'abstract')
      ? { ...leaf, field: 'any' }
      : null,
  )

const MAX_IN_NAME = 3

/**
 * Reads words that may be a name as an author: in author:Albert Gu, and in the whole query Albert Gu. `part` is the
 * author.
 */
export function readAsAuthor(query: Query): Variant[] {
  const parts = (query.kind === 'and' ? query.parts : [query]).flatMap((part) =>
    part.kind === 'term' ? part.parts : [part],
  )
  return parts.flatMap((_, at) =>
    namesFrom(parts, at).map((words): Variant => {
      const part = authorOf(words.map(({ text }) => text).join(' '))
      return { part, changed: flatten('and', parts.toSpliced(at, words.length, part)) }
    }),
  )
}

/** The words from `at` on that may be one name: words after an author's first word, or the whole query. */
function namesFrom(parts: readonly Query[], at: number): (readonly TextLeaf[])[] {
  const isPlain = (part: Query): part is TextLeaf => isTextLeaf(part) && part.field === 'any'
  const [first, ...others] = parts.slice(at, at + MAX_IN_NAME)
  if (!isTextLeaf(first!)) return []
  if (first.field !== 'author') {
    return parts.length <= MAX_IN_NAME && parts.every(isPlain) && at === 0 ? [parts] : []
  }
  const [second, third] = others
  if (!second || !isPlain(second)) return []
  return third && isPlain(third)
    ? [
        [first, second],
        [first, second, third],
      ]
    : [[first, second]]
}

const authorOf = (text: string): Query => ({
  kind: tokensOf(text, 'names').length > 1 ? 'phrase' : 'word',
  field: 'author',
  text,
})

/** The leaves of a term change only with the whole term. */
function* changedEach(
  query: Query,
  change: (part: TextLeaf | Extract<Query, { kind: 'term' }>) => Query | null,
): Variants {
  if (query.kind === 'and' || query.kind === 'or') {
    yield* inParts(query, (part) => changedEach(part, change))
  }
  const changed = isTextLeaf(query) || query.kind === 'term' ? change(query) : null
  if (changed) yield { part: query, changed }
}

function apart(leaf: TextLeaf): Query | null {
  const words = wordsOfPhrase(leaf)
  return words.length < 2 ? null : flatten('and', words)
}

type Joined = Extract<Query, { kind: 'and' | 'or' | 'term' }>

const isJoined = (query: Query): query is Joined =>
  query.kind === 'and' || query.kind === 'or' || query.kind === 'term'

function* inParts({ kind, parts }: Joined, variants: (part: Query) => Variants): Variants {
  for (const [i, part] of parts.entries()) {
    for (const one of variants(part)) yield { ...one, changed: flatten(kind, parts.with(i, one.changed)) }
  }
}
