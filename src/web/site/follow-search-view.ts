import { counted, fill, words } from '../../i18n/words.ts'
import { asSingleTopic } from '../../queries/language/as-single-topic.ts'
import type { Leaf } from '../../queries/query.ts'
import type { NamedQuery, SearchedArchive } from '../../search/search-archive.ts'
import { feedPath, subscribePath } from './feed-paths.ts'
import type { SearchParams } from './search-paths.ts'

/** How to follow a search: by email, as a feed, and by a link to put on one's own page. */
export interface FollowSearchView {
  /** "Mail me these" */
  mail: string
  /** The subscribe form with the search as a topic. */
  mailPath: string
  /** The full URL, for copying. */
  mailUrl: string
  feeds: { atom: string; json: string }
  /** How emails and feeds differ from the search. */
  notes: string[]
}

/** Null for a search that names one paper, and if no query expresses it as a topic. */
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
  // Topics and feeds do not match names without a field, so a search that matched only as a name is followed as that
  // name.
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
