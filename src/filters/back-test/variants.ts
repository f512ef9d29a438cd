import { joined } from '../language/joined.ts'
import { isText, type Query, type TextLeaf } from '../query.ts'
import { tokensOf } from '../text/tokens.ts'
import { wordsApart } from '../text/words-apart.ts'

/** A query as it would be with one of its parts otherwise. */
export interface Variant {
  /** The part as it stands. */
  part: Query
  changed: Query
}

/** Without each part of an AND, or of an OR, in turn; what stands under a NOT is left as it is. */
export function withoutEach(query: Query, kind: 'and' | 'or'): Variant[] {
  if (query.kind !== 'and' && query.kind !== 'or') return []
  const own = query.kind === kind ? query.parts.flatMap((part, i) => withoutOne(query, part, i)) : []
  return [...own, ...inParts(query, (part) => withoutEach(part, kind))]
}

/** A paper must hold something. */
function withoutOne({ kind, parts }: Joined, part: Query, at: number): Variant[] {
  const rest = parts.toSpliced(at, 1)
  return rest.every((one) => one.kind === 'not') ? [] : [{ part, changed: joined(kind, rest) }]
}

/** With the words of each phrase apart. */
export const apartEach = (query: Query): Variant[] => changedEach(query, apart)

/** With each term anywhere that looks in titles or abstracts alone. */
export const anywhereEach = (query: Query): Variant[] =>
  changedEach(query, (leaf) =>
    leaf.field === 'title' || leaf.field === 'abstract' ? { ...leaf, field: 'any' } : null,
  )

const MOST_IN_NAME = 3

/** With words that may be a name as that of an author: author:Albert Gu, and a whole query of Albert Gu. `part`: the author. */
export function asAuthor(query: Query): Variant[] {
  const parts = query.kind === 'and' ? query.parts : [query]
  return parts.flatMap((_, at) =>
    namesFrom(parts, at).map((words): Variant => {
      const part = authorOf(words.map(({ text }) => text).join(' '))
      return { part, changed: joined('and', parts.toSpliced(at, words.length, part)) }
    }),
  )
}

/** The words at a place that may be one name: those behind an author's, or all that there are. */
function namesFrom(parts: readonly Query[], at: number): (readonly TextLeaf[])[] {
  const isPlain = (part: Query): part is TextLeaf => isText(part) && part.field === 'any'
  const [first, ...others] = parts.slice(at, at + MOST_IN_NAME)
  if (!isText(first!)) return []
  if (first.field !== 'author') {
    return parts.length <= MOST_IN_NAME && parts.every(isPlain) && at === 0 ? [parts] : []
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

function changedEach(query: Query, change: (leaf: TextLeaf) => Query | null): Variant[] {
  if (query.kind === 'and' || query.kind === 'or') {
    return inParts(query, (part) => changedEach(part, change))
  }
  if (!isText(query)) return []
  const changed = change(query)
  return changed ? [{ part: query, changed }] : []
}

function apart(leaf: TextLeaf): Query | null {
  const words = wordsApart(leaf)
  return words.length < 2 ? null : joined('and', words)
}

type Joined = Extract<Query, { kind: 'and' | 'or' }>

const inParts = ({ kind, parts }: Joined, variants: (part: Query) => Variant[]): Variant[] =>
  parts.flatMap((part, i) =>
    variants(part).map((one) => ({ ...one, changed: joined(kind, parts.with(i, one.changed)) })),
  )
