import { oneTopic } from '../../filters/language/one-topic.ts'
import type { Leaf } from '../../filters/query.ts'
import type { SearchedArchive } from '../../flows/papers/search-archive.ts'
import { words } from '../../words/words.ts'
import { feedPath, topicsPath } from './feed-paths.ts'
import type { AskedSearch } from './search-paths.ts'

/** How what was searched for is followed: by mail, as a feed, and by a link on somebody's own page. */
export interface TakeAlong {
  /** "Mail me these" */
  mail: string
  /** The form with it as a topic. */
  mailPath: string
  /** Its whole address, to be copied. */
  mailUrl: string
  feeds: { atom: string; json: string }
  /** A month was chosen, which says nothing of papers to come. */
  withoutMonth: boolean
}

/** Null for one paper alone, and where no text says it as a topic. */
export function takeAlong(
  { query, narrowing }: AskedSearch,
  { tree, count }: Pick<SearchedArchive, 'tree' | 'count'>,
  baseUrl: string,
): TakeAlong | null {
  if (tree.kind === 'paper') return null
  const { category, month, withCode } = narrowing
  const more: Leaf[] = [
    ...(category ? [{ kind: 'category', value: category } as const] : []),
    ...(withCode ? [{ kind: 'has-code' } as const] : []),
  ]
  const topic = oneTopic(query, more) ?? oneTopic(query)
  if (topic === null) return null
  const mailPath = topicsPath([topic])
  return {
    mail: count > 0 ? words.search.mail : words.search.mailLater,
    mailPath,
    mailUrl: `${baseUrl}${mailPath}`,
    feeds: { atom: feedPath('xml', topic), json: feedPath('json', topic) },
    withoutMonth: month !== undefined,
  }
}
