import { filterText, isTextLeaf, type Leaf, type Query } from '../query.ts'
import { parseOrNull } from './parse-query.ts'
import { isConnective, isStrippableWord } from './sentence-words.ts'
import { splitTopics } from './split-topics.ts'

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

const QUOTES = /["“”„‟«»＂]/g
const PLAIN = /^[\p{L}\p{N}][\p{L}\p{N}\p{M}]*(-[\p{L}\p{N}][\p{L}\p{N}\p{M}]*)*$/u
const OPERATOR = /^(?:and|or|not|andnot)$/i

/** A word unchanged if it is unambiguous at every position of a query; any other text as a phrase. */
export function quoteIfNeeded(text: string): string {
  const bare = text.replace(QUOTES, ' ').replace(/ +/g, ' ').trim()
  const isPlain = PLAIN.test(bare) && !OPERATOR.test(bare) && !isConnective(bare) && !isStrippableWord(bare)
  return isPlain ? bare : `"${bare}"`
}
