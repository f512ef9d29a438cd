import type { Leaf } from '../query.ts'
import { flatten } from './flatten.ts'
import { parseQuery } from './parse-query.ts'
import { cleanText } from './split-topics.ts'
import { isTopicOf, writeTree } from './write-tree.ts'

/**
 * A text that asks for the same as a query and, with `more`, for these besides, and that is one topic wherever topics are
 * typed: what was searched for may hold a comma, which starts another. Null where no text says it. Throws query.*.
 */
export function asSingleTopic(query: string, more: readonly Leaf[] = []): string | null {
  const tree = parseQuery(query)
  const meant = flatten('and', [tree, ...more])
  const added = more.map(writeTree).join(' ')
  const texts = more.length > 0 ? [`${query} ${added}`, `(${query}) ${added}`] : [query]
  return texts.map(cleanText).find((text) => isTopicOf(text, meant)) ?? writeTree(meant)
}
