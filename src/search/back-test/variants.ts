import { flatten } from '../../queries/language/flatten.ts'
import { isTextLeaf, type Query, type TextLeaf } from '../../queries/query.ts'
import { tokensOf } from '../../queries/text/tokens.ts'
import { wordsOfPhrase } from '../../queries/text/words-of-phrase.ts'

/** A query as it would be with one of its parts otherwise. */
export interface Variant {
  /** The part as it stands. */
  part: Query
  changed: Query
}

/** Made one by one, as each is as large as the query: a long query has more of them than anybody tries. */
type Variants = Generator<Variant, void>

/** Without each part of an AND, or of an OR, in turn; what stands under a NOT is left as it is. */
export function* withoutEach(query: Query, kind: 'and' | 'or'): Variants {
  if (query.kind !== 'and' && query.kind !== 'or') return
  if (query.kind === kind) for (const [i, part] of query.parts.entries()) yield* withoutOne(query, part, i)
  yield* inParts(query, (part) => withoutEach(part, kind))
}

/** A paper must hold something. */
function withoutOne({ kind, parts }: Joined, part: Query, at: number): Variant[] {
  const rest = parts.toSpliced(at, 1)
  return rest.every((one) => one.kind === 'not') ? [] : [{ part, changed: flatten(kind, rest) }]
}

/** With the words of each phrase apart. */
export const splitEachPhrase = (query: Query): Variants => changedEach(query, apart)

/** With each term anywhere that looks in titles or abstracts alone. */
export const widenEachField = (query: Query): Variants =>
  changedEach(query, (leaf) =>
    leaf.field === 'title' || leaf.field === 'abstract' ? { ...leaf, field: 'any' } : null,
  )

const MAX_IN_NAME = 3

/** With words that may be a name as that of an author: author:Albert Gu, and a whole query of Albert Gu. `part`: the author. */
export function readAsAuthor(query: Query): Variant[] {
  const parts = query.kind === 'and' ? query.parts : [query]
  return parts.flatMap((_, at) =>
    namesFrom(parts, at).map((words): Variant => {
      const part = authorOf(words.map(({ text }) => text).join(' '))
      return { part, changed: flatten('and', parts.toSpliced(at, words.length, part)) }
    }),
  )
}

/** The words at a place that may be one name: those behind an author's, or all that there are. */
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

function* changedEach(query: Query, change: (leaf: TextLeaf) => Query | null): Variants {
  if (query.kind === 'and' || query.kind === 'or') {
    yield* inParts(query, (part) => changedEach(part, change))
  }
  const changed = isTextLeaf(query) ? change(query) : null
  if (changed) yield { part: query, changed }
}

function apart(leaf: TextLeaf): Query | null {
  const words = wordsOfPhrase(leaf)
  return words.length < 2 ? null : flatten('and', words)
}

type Joined = Extract<Query, { kind: 'and' | 'or' }>

function* inParts({ kind, parts }: Joined, variants: (part: Query) => Variants): Variants {
  for (const [i, part] of parts.entries()) {
    for (const one of variants(part)) yield { ...one, changed: flatten(kind, parts.with(i, one.changed)) }
  }
}
