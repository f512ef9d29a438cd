import type { Leaf, Query } from '../query.ts'
import { parseOrNull } from './parse-query.ts'
import { quoteIfNeeded } from './quote-if-needed.ts'
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
      return joined(node.parts, ' ')
    case 'or':
      return joined(node.parts, ' OR ')
    case 'some':
      return null
    case 'not':
      return prefixed('-', inBrackets(node.part))
    default:
      return leafText(node)
  }
}

function joined(parts: readonly Query[], sign: string): string | null {
  const texts = parts.map(inBrackets)
  return texts.includes(null) ? null : texts.join(sign)
}

function inBrackets(node: Query): string | null {
  const text = written(node)
  return text !== null && 'parts' in node && node.parts.length > 1 ? `(${text})` : text
}

const prefixed = (prefix: string, text: string | null): string | null => text && `${prefix}${text}`

function leafText(leaf: Leaf): string {
  switch (leaf.kind) {
    case 'word':
    case 'phrase':
      return `${leaf.field === 'any' ? '' : `${leaf.field}:`}${quoteIfNeeded(leaf.text)}`
    case 'category':
      return `cat:${leaf.value}`
    case 'has-code':
      return 'has:code'
    case 'revised':
      return 'is:revised'
    case 'votes':
      return `votes>=${leaf.least}`
    case 'paper':
      return /^(doi|id):/.test(leaf.name) ? leaf.name : `paper:${leaf.name}`
  }
}
