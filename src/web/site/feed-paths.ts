/** The file extensions: Atom, and JSON Feed. */
export type FeedFormat = 'xml' | 'json'

/** The path of a feed, for a query or for all papers: /feed.xml?q=linear+attention */
export const feedPath = (format: FeedFormat, query?: string): string =>
  pathWithQuery(`/feed.${format}`, query === undefined ? [] : [['q', query]])

/** The path of the form with topics in it: /subscribe?topic=mamba&topic=author:Gu */
export const subscribePath = (queries: readonly string[]): string =>
  pathWithQuery(
    '/subscribe',
    queries.map((query) => ['topic', query]),
  )

/** Builds a path with a query string. People read these URLs, so characters that need no escape stay. */
export function pathWithQuery(
  path: string,
  fields: readonly (readonly [name: string, value: string])[],
): string {
  const text = fields.map(([name, value]) => `${name}=${readable(value)}`).join('&')
  return `${path}${text ? `?${text}` : ''}`
}

const readable = (value: string): string =>
  encodeURIComponent(value).replaceAll('%20', '+').replaceAll('%3A', ':').replaceAll('%2F', '/')
