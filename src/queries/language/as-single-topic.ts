import type { Leaf } from '../query.ts'
import { flatten } from './flatten.ts'
import { parseQuery } from './parse-query.ts'
import { cleanText } from './split-topics.ts'
import { isTopicOf, writeTree } from './write-tree.ts'

/**
 * A text that means the query, and also the leaves in `more`, and that is a single topic in every topic field. A search
 * text may contain a comma, which would start a second topic. Null if there is no such text. Throws query.*.
 */
export function asSingleTopic(query: string, more: readonly Leaf[] = []): string | null {
  const tree = parseQuery(query)
  const meant = flatten('and', [tree, ...more])
  const added = more.map(writeTree).join(' ')
  const texts = more.length > 0 ? [`${query} ${added}`, `(${query}) ${added}`] : [query]
  return texts.map(cleanText).find((text) => isTopicOf(text, meant)) ?? writeTree(meant)
}
