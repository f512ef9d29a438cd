/** As files are named: Atom, and JSON Feed. */
export type FeedFormat = 'xml' | 'json'

/** Where a feed stands, of a query's papers or of all: /feed.xml?q=linear+attention */
export const feedPath = (format: FeedFormat, query?: string): string =>
  pathWithQuery(`/feed.${format}`, query === undefined ? [] : [['q', query]])

/** Where the form stands with topics in it: /subscribe?topic=mamba&topic=author:Gu */
export const subscribePath = (queries: readonly string[]): string =>
  pathWithQuery(
    '/subscribe',
    queries.map((query) => ['topic', query]),
  )

/** A path with fields as a form sends them; people read these addresses, so signs that may stay do. */
export function pathWithQuery(
  path: string,
  fields: readonly (readonly [name: string, value: string])[],
): string {
  const text = fields.map(([name, value]) => `${name}=${readable(value)}`).join('&')
  return `${path}${text ? `?${text}` : ''}`
}

const readable = (value: string): string =>
  encodeURIComponent(value).replaceAll('%20', '+').replaceAll('%3A', ':').replaceAll('%2F', '/')
