import { counted, fill, words } from '../../i18n/words.ts'
import { asSingleTopic } from '../../queries/language/as-single-topic.ts'
import type { Leaf } from '../../queries/query.ts'
import type { NamedQuery, SearchedArchive } from '../../search/search-archive.ts'
import { feedPath, subscribePath } from './feed-paths.ts'
import type { SearchParams } from './search-paths.ts'

/** How what was searched for is followed: by mail, as a feed, and by a link on somebody's own page. */
export interface FollowSearchView {
  /** "Mail me these" */
  mail: string
  /** The form with it as a topic. */
  mailPath: string
  /** Its whole address, to be copied. */
  mailUrl: string
  feeds: { atom: string; json: string }
  /** What emails and feeds do otherwise than the search. */
  notes: string[]
}

/** Null for one paper alone, and where no text says it as a topic. */
export function followSearchView(
  { query: typed, selection }: SearchParams,
  {
    tree,
    count,
    all,
    onlyNames,
    named,
  }: Pick<SearchedArchive, 'tree' | 'count' | 'all' | 'onlyNames' | 'named'>,
  baseUrl: string,
): FollowSearchView | null {
  if (tree.kind === 'paper') return null
  const { category, month, withCode } = selection
  // Topics and feeds find no names without a field: what matches only as a name is followed as one.
  const name = onlyNames > 0 && onlyNames === all ? mostPapers(named) : undefined
  const query = name?.query ?? typed
  const more: Leaf[] = [
    ...(category ? [{ kind: 'category', value: category } as const] : []),
    ...(withCode ? [{ kind: 'has-code' } as const] : []),
  ]
  const topic = asSingleTopic(query, more) ?? asSingleTopic(query)
  if (topic === null) return null
  const mailPath = subscribePath([topic])
  return {
    mail: count > 0 ? words.search.mail : words.search.mailLater,
    mailPath,
    mailUrl: `${baseUrl}${mailPath}`,
    feeds: { atom: feedPath('xml', topic), json: feedPath('json', topic) },
    notes: [
      ...(name ? [fill(words.search.follows, { what: name.part })] : []),
      ...(onlyNames > 0 && !name ? [counted(onlyNames, words.search.onlyNames)] : []),
      ...(month === undefined ? [] : [words.search.withoutMonth]),
    ],
  }
}

const mostPapers = (named: readonly NamedQuery[]): NamedQuery | undefined =>
  named.toSorted((a, b) => b.papers - a.papers)[0]
