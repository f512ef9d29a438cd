import { Fault, FieldReader } from '../../core/errors.ts'
import { filterText, isTextLeaf, type Leaf, type Query } from '../query.ts'
import { parseCategory, readPaperName } from './paper-name.ts'
import { parseOrNull, parseQuery } from './parse-query.ts'
import { isConnective, isStrippableWord } from './sentence-words.ts'
import { splitItems, splitTopics } from './split-topics.ts'

/**
 * The parts of a topic in the topic builder. Texts contain several items, which `splitItems` separates; an empty text
 * means nothing.
 */
export interface QueryParts {
  /** At least one of them must match. */
  any: string
  must: string
  never: string
  /** Names; at least one of them must match. */
  author: string
  /** "cs.LG", or "cs" for all of cs. */
  category: string
  /** The minimum number of votes. */
  votes: string
}

const MAX_VOTES = 999_999

/** Whether all parts are empty. */
export const isBlank = (parts: QueryParts): boolean =>
  Object.values(parts).every((text: string) => text.trim() === '')

/**
 * The query that means the parts. It parses, and is a single topic for splitTopics. Throws FieldFaults under the names
 * of the parts; if parts conflict, under any or never.
 */
export function writeQuery(parts: QueryParts): string {
  const fields = new FieldReader()
  const items = (field: keyof QueryParts, prefix = '') =>
    splitItems(parts[field]).map((item) => fields.read(field, '', () => prefix + term(item, prefix)))
  const wanted = [
    oneOf(items('any')),
    ...items('must'),
    oneOf(items('author', 'author:')),
    fields.read('category', '', () => category(parts.category.trim())),
    fields.read('votes', '', () => votes(parts.votes.trim())),
  ].filter(Boolean)
  const unwanted = items('never').map((item) => `-${item}`)
  fields.finish()
  const query = inSequence([...wanted, ...unwanted])
  if (wanted.length === 0) fields.read(unwanted.length > 0 ? 'never' : 'any', '', () => nothingWanted(query))
  else fields.read('any', undefined, () => parseQuery(query))
  fields.finish()
  return wanted.length + unwanted.length > 1 ? query : query.replace(/^\((.*)\)$/, '$1')
}

/** Texts that must all match. An AND separates plain words, which would become one term. */
const inSequence = (texts: readonly string[]): string =>
  texts.reduce((all, text, i) => {
    const isTerm = i > 0 && PLAIN.test(texts[i - 1]!) && PLAIN.test(text)
    return i === 0 ? text : `${all}${isTerm ? ' AND ' : ' '}${text}`
  }, '')

const oneOf = (items: string[]): string => (items.length > 1 ? `(${items.join(' OR ')})` : (items[0] ?? ''))

function nothingWanted(query: string): never {
  throw query ? new Fault('query.nothing-wanted') : new Fault('query.empty')
}

const PLAIN_NAME = /^[\w.:/-]+$/
const QUOTES = /["“”„‟«»＂]/g

/** The name of a paper, a plain word, or else a phrase. Throws if there would be nothing to search for. */
function term(item: string, prefix: string): string {
  const paper = prefix === '' ? readPaperName(item) : undefined
  if (paper) return `paper:${PLAIN_NAME.test(paper) ? paper : `"${paper.replace(QUOTES, '')}"`}`
  const text = item.replace(QUOTES, ' ').replace(/ +/g, ' ').trim()
  const written = quoteIfNeeded(text)
  try {
    parseQuery(prefix + written)
  } catch (error) {
    if (error instanceof Fault) throw new Fault(error.entry, { ...error.values, query: text })
    throw error
  }
  return written
}

function category(text: string): string {
  if (text === '') return ''
  const known = parseCategory(text)
  if (!known) throw new Fault('query.category', { query: text, value: text, column: 1 })
  return `cat:${known}`
}

function votes(text: string): string {
  if (text === '') return ''
  if (!/^\d{1,6}$/.test(text))
    throw new Fault('query.least-votes', { value: text.slice(0, 40), most: MAX_VOTES })
  return `votes>=${Number(text)}`
}

/**
 * A text that parses to the tree and is a single topic; null if there is no such text, or only one that is too long.
 */
export function writeTree(tree: Query): string | null {
  const text = written(tree)
  return text !== null && isTopicOf(text, tree) ? text : null
}

/** Whether a text is a single topic in every topic field, and parses to the tree. */
export function isTopicOf(text: string, tree: Query): boolean {
  const topics = splitTopics(text)
  return (
    topics.length === 1 && topics[0] === text && JSON.stringify(parseOrNull(text)) === JSON.stringify(tree)
  )
}

/** A node as people type it: "state space", title:model; null if only a sentence can express it. */
function written(node: Query): string | null {
  switch (node.kind) {
    case 'and':
      return all(node.parts)
    case 'term':
      return termText(node.parts)
    case 'or':
      return node.also ? written(node.parts[0]!) : joined(node.parts, ' OR ')
    case 'some':
      return null
    case 'not':
      return prefixed(
        '-',
        node.part.kind === 'term' ? prefixed('(', written(node.part), ')') : inBrackets(node.part),
      )
    default:
      return leafText(node)
  }
}

/** The parts of an AND. Another AND separates terms and words, which would become one term. */
function all(parts: readonly Query[]): string | null {
  const mayJoin = (node: Query) =>
    node.kind === 'term' || (isTextLeaf(node) && node.field === 'any' && !node.quoted)
  return joined(
    parts,
    parts.some((part, i) => i > 0 && mayJoin(parts[i - 1]!) && mayJoin(part)) ? ' AND ' : ' ',
  )
}

function joined(parts: readonly Query[], sign: string): string | null {
  const texts = parts.map(inBrackets)
  return texts.includes(null) ? null : texts.join(sign)
}

function inBrackets(node: Query): string | null {
  const text = written(node)
  return text !== null && 'parts' in node && node.kind !== 'term' && node.parts.length > 1
    ? `(${text})`
    : text
}

const prefixed = (prefix: string, text: string | null, suffix = ''): string | null =>
  text && `${prefix}${text}${suffix}`

/** linear attention, title:(linear attention) */
function termText(parts: readonly Query[]): string | null {
  const [first] = parts.filter(isTextLeaf)
  const field = first?.field ?? 'any'
  const text = joined(
    parts.map((part) => (isTextLeaf(part) ? { ...part, field: 'any' } : part)),
    ' ',
  )
  return field === 'any' ? text : prefixed(`${field}:(`, text, ')')
}

function leafText(leaf: Leaf): string {
  if (isTextLeaf(leaf)) {
    const text = leaf.quoted ? `"${leaf.text}"` : quoteIfNeeded(leaf.text)
    return `${leaf.field === 'any' ? '' : `${leaf.field}:`}${text}`
  }
  return leaf.kind === 'paper' && /^(doi|id):/.test(leaf.name) ? leaf.name : filterText(leaf)
}

const PLAIN = /^[\p{L}\p{N}][\p{L}\p{N}\p{M}]*(-[\p{L}\p{N}][\p{L}\p{N}\p{M}]*)*$/u
const OPERATOR = /^(?:and|or|not|andnot)$/i

/** A word unchanged if it is unambiguous at every position of a query; any other text as a phrase. */
export function quoteIfNeeded(text: string): string {
  const bare = text.replace(QUOTES, ' ').replace(/ +/g, ' ').trim()
  const isPlain = PLAIN.test(bare) && !OPERATOR.test(bare) && !isConnective(bare) && !isStrippableWord(bare)
  return isPlain ? bare : `"${bare}"`
}
