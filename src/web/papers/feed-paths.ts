/** As files are named: Atom, and JSON Feed. */
export type FeedFormat = 'xml' | 'json'

/** Where a feed stands, of a query's papers or of all: /feed.xml?q=linear%20attention */
export const feedPath = (format: FeedFormat, query?: string): string =>
  `/feed.${format}${query === undefined ? '' : `?q=${encodeURIComponent(query)}`}`

/** Where the form stands with topics in it: /subscribe?topic=mamba&topic=author%3AGu */
export function topicsPath(queries: readonly string[]): string {
  const topics = queries.map((query) => `topic=${encodeURIComponent(query)}`)
  return `/subscribe${topics.length > 0 ? `?${topics.join('&')}` : ''}`
}
