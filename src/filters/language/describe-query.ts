import { fill, listed, words } from '../../words/words.ts'
import type { Leaf, Query } from '../query.ts'

/** What was understood, in plain words: "Papers with the phrase “linear attention” and (vision or LLM), but not survey". */
export const describeQuery = (query: Query): string =>
  query.kind === 'paper'
    ? fill(words.query.onePaper, { name: shownName(query.name) })
    : fill(words.query.papersWith, { what: describePart(query) })

/** A part of a query as words that go after "with": "the author Albert Gu". */
export function describePart(query: Query): string {
  switch (query.kind) {
    case 'and':
      return describeAll(query.parts)
    case 'or':
      return listed(each(query.parts), 'or')
    case 'some':
      return describeSome(query)
    case 'not':
      return fill(words.query.not, { what: inBrackets(query.part) })
    default:
      return describeLeaf(query)
  }
}

function describeAll(parts: Query[]): string {
  const wanted = parts.filter(({ kind }) => kind !== 'not')
  const unwanted = each(parts.flatMap((part) => (part.kind === 'not' ? [part.part] : [])))
  if (wanted.length === 0) {
    const what = unwanted.reduce((one, other) => fill(words.query.nor, { one, other }))
    return fill(words.query.neither, { what })
  }
  const all = listed(each(wanted), 'and')
  if (unwanted.length === 0) return all
  return fill(words.query.butNot, { wanted: all, unwanted: listed(unwanted, 'or') })
}

function describeSome({ least, parts }: Extract<Query, { kind: 'some' }>): string {
  if (least >= parts.length) return describePart({ kind: 'and', parts })
  return fill(words.query.some, { count: least, what: each(parts, inList).join(', ') })
}

/** Among many: “neural networks”, not "the phrase “neural networks”". */
const inList = (part: Query): string =>
  part.kind === 'phrase' && part.field === 'any'
    ? fill(words.query.quoted, { text: part.text })
    : inBrackets(part)

/** Each part once: who typed a word twice reads it once. */
function each(parts: readonly Query[], say = inBrackets): string[] {
  const texts = parts.map(say)
  const folded = texts.map((text) => text.toLowerCase())
  return texts.filter((_, i) => folded.indexOf(folded[i]!) === i)
}

const inBrackets = (query: Query): string =>
  'parts' in query && each(query.parts).length > 1
    ? fill(words.query.brackets, { what: describePart(query) })
    : describePart(query)

function describeLeaf(leaf: Leaf): string {
  switch (leaf.kind) {
    case 'word':
      return fill(words.query.fields[leaf.field], { what: leaf.text })
    case 'phrase':
      return fill(words.query.fields[leaf.field], { what: describePhrase(leaf) })
    case 'category':
      return fill(leaf.value.includes('.') ? words.query.category : words.query.archive, {
        value: leaf.value,
      })
    case 'has-code':
      return words.query.code
    case 'revised':
      return words.query.revised
    case 'votes':
      return fill(words.query.votes, { count: leaf.least })
    case 'paper':
      return fill(words.query.paper, { name: shownName(leaf.name) })
  }
}

/** A paper's name in paths, as people write it: "arXiv:2507.06457", "doi:10.1000/1". */
export const shownName = (name: string): string => (/^(doi|id):/.test(name) ? name : `arXiv:${name}`)

const describePhrase = ({ field, text }: { field: string; text: string }): string =>
  ['any', 'title', 'abstract'].includes(field) ? fill(words.query.phrase, { text }) : text
