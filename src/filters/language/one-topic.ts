import { Fault } from '../../platform/errors.ts'
import type { Leaf, Query } from '../query.ts'
import { parseQuery } from './parse-query.ts'
import { cleanText, splitTopics } from './split-topics.ts'
import { writeTree } from './write-tree.ts'

/**
 * A text that asks for the same as a query and, with `more`, for these besides, and that is one topic wherever topics are
 * typed: what was searched for may hold a comma, which starts another. Null where no text says it. Throws query.*.
 */
export function oneTopic(query: string, more: readonly Leaf[] = []): string | null {
  const tree = parseQuery(query)
  const meant = more.length > 0 ? narrowed(tree, more) : tree
  const added = more.map(writeTree).join(' ')
  const texts = more.length > 0 ? [`${query} ${added}`, `(${query}) ${added}`] : [query]
  return texts.map(cleanText).find((text) => isOneTopic(text, meant)) ?? writeTree(meant)
}

/** As the parser joins them. */
const narrowed = (tree: Query, more: readonly Leaf[]): Query => ({
  kind: 'and',
  parts: [...(tree.kind === 'and' ? tree.parts : [tree]), ...more],
})

function isOneTopic(text: string, meant: Query): boolean {
  try {
    const topics = splitTopics(text)
    return topics.length === 1 && JSON.stringify(parseQuery(topics[0]!)) === JSON.stringify(meant)
  } catch (error) {
    if (error instanceof Fault) return false
    throw error
  }
}
