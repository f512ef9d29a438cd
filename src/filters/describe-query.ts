import { listed } from '../words/words.ts'
import type { Query } from './query.ts'

type Leaf = Exclude<Query, { kind: 'and' | 'or' | 'not' }>

/** What was understood, in plain words: "Papers with the phrase “linear attention” and (vision or LLM), but not survey". */
export const describeQuery = (query: Query): string => `Papers with ${describePart(query)}`

/** A part of a query as words that go after "with": "the author Albert Gu". */
export function describePart(query: Query): string {
  switch (query.kind) {
    case 'and':
      return describeAll(query.parts)
    case 'or':
      return listed(query.parts.map(inBrackets), 'or')
    case 'not':
      return `not ${inBrackets(query.part)}`
    default:
      return describeLeaf(query)
  }
}

function describeAll(parts: Query[]): string {
  const wanted = parts.filter(({ kind }) => kind !== 'not')
  const unwanted = parts.flatMap((part) => (part.kind === 'not' ? [inBrackets(part.part)] : []))
  if (wanted.length === 0) return `neither ${unwanted.join(' nor ')}`
  const but = unwanted.length > 0 ? [`but not ${listed(unwanted, 'or')}`] : []
  return [listed(wanted.map(inBrackets), 'and'), ...but].join(', ')
}

const inBrackets = (query: Query): string =>
  'parts' in query ? `(${describePart(query)})` : describePart(query)

const SHOWN_FIELDS = {
  any: '',
  title: 'a title with ',
  abstract: 'an abstract with ',
  author: 'the author ',
  keyword: 'the keyword ',
  org: 'the organization ',
}

function describeLeaf(leaf: Leaf): string {
  switch (leaf.kind) {
    case 'word':
      return `${SHOWN_FIELDS[leaf.field]}${leaf.text}`
    case 'phrase':
      return `${SHOWN_FIELDS[leaf.field]}${describePhrase(leaf)}`
    case 'category':
      return leaf.value.includes('.') ? `the category ${leaf.value}` : `any category of ${leaf.value}`
    case 'has-code':
      return 'code'
    case 'votes':
      return `${leaf.least} or more votes`
  }
}

const describePhrase = ({ field, text }: { field: string; text: string }): string =>
  ['any', 'title', 'abstract'].includes(field) ? `the phrase “${text}”` : text
