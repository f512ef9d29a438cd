/** What a crawl copies, and where to. A key stands for a page: see `keyOf`. */
export interface CopiedPages {
  /** The paths at which the crawl begins. */
  start: readonly string[]
  /** Whether a page that another one links to is copied. Pages of `start` are, in any case. */
  isWritten(key: string): boolean
  /** The path of a page in the copy. `files`: what was found before, by key. */
  fileOf(key: string, page: { isHtml: boolean; files: ReadonlyMap<string, unknown> }): string
}

/** What the copy contains, by key. Anything else that a page links to is outside. */
const WRITTEN = [
  /^\/$/,
  /^\/papers\/(week|month)$/,
  /^\/papers\/[\w.:-]*\d[\w.:-]*$/,
  /^\/feed\.(xml|json)$/,
  /^\/assets\/[\w.-]+\.(css|svg)$/,
  // The only script that needs no server.
  /^\/assets\/share\.js$/,
  /^\/(papers|subscribe|manage|unsubscribe|status|about|privacy)$/,
  /^\/manage\/topics\/\d+$/,
  /^\/digest\/[\w-]+$/,
  /^\/admin(\/subscribers|\/subscriber)?$/,
]

/** A list of papers, in any order. */
const LIST = /^(\/papers\/(?:(?:date|week|month)\/[\dW-]+|week|trending))(\?((sort|code|page)=\w+&?)+)?$/

/** `lists`: the paths of lists that have papers. */
export function isWritten(key: string, lists: ReadonlySet<string>): boolean {
  const [, list] = key.match(LIST) ?? []
  return list === undefined ? WRITTEN.some((kind) => kind.test(key)) : lists.has(list)
}

/**
 * What a URL of the running demo stands for: its path, without what differs from run to run (the tokens of the one
 * sample reader, the hash of the assets) and without the paper that a link of an email names.
 */
export function keyOf({ pathname, searchParams }: URL): string {
  const path = pathname
    .replace(/^\/(manage|unsubscribe)\/[\w-]{30,}/, '/$1')
    .replace(/^\/assets\/[0-9a-f]{8}\//, '/assets/')
    .replace(/^\/admin\/subscribers\/[\w-]{14}$/, '/admin/subscriber')
  const query = new URLSearchParams(searchParams)
  if (path.startsWith('/manage')) for (const name of ['paper', 'topic']) query.delete(name)
  return query.size > 0 ? `${path}?${query}` : path
}

/** The file of a page: readable, and valid on every system. */
export const fileOf: CopiedPages['fileOf'] = (key, { isHtml, files }) => {
  if (key === '/') return 'index.html'
  if (key.startsWith('/digest/')) {
    const digests = [...files.keys()].filter((other) => other.startsWith('/digest/')).length
    return digests === 0 ? 'digest.html' : `digest-${digests + 1}.html`
  }
  const [path = '', query] = key.slice(1).split('?')
  const choices = [...new URLSearchParams(query)].map(([name, value]) => `.${name}-${slug(value)}`)
  return `${path.replace(/[:%]/g, '-')}${choices.join('')}${isHtml ? '.html' : ''}`
}

const slug = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
