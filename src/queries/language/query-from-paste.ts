import { isExactCategory, parseCategory } from './category.ts'
import { isAddress, readPaperName } from './paper-name.ts'

// Undoes the effects of an address bar, a search page or copying on a query.

/** The query in a pasted text; the text itself if nothing has to be undone. */
export function queryFromPaste(text: string): string {
  const trimmed = text.trim()
  const query = queryInUrl(trimmed)
  if (query !== undefined) return query
  const categories = trimmed
    .split(/[,;]/)
    .map((part) => part.trim())
    .filter(Boolean)
  if (categories.length > 1 && categories.every(isExactCategory)) return anyOf(categories)
  const isEncoded = /^[^\s"]+$/.test(trimmed) && ARXIV_FIELD.test(trimmed)
  return withoutLoneQuote(isEncoded ? unescaped(trimmed) : text)
}

const ARXIV_FIELD = /(?:^|[(+&?]|%28|%20)(?:search_query=|(?:ti|abs|au|all|cat|co|jr|rn|id)(?::|%3A))/i

/** The query of a search results page, or the sections of a feed or list; undefined if a URL has neither one. */
function queryInUrl(text: string): string | undefined {
  const searchQuery = /(?:^|[?&])search_query=([^&\s]*)/.exec(text)?.[1]
  if (searchQuery) return unescaped(searchQuery)
  if (/\s/.test(text) || !isAddress(text) || readPaperName(text)) return undefined
  const address = addressOf(text)
  return address && (sectionsOf(address) ?? queryOfSearchUrl(address))
}

function addressOf(text: string): URL | undefined {
  const address = /^https?:/i.test(text) ? text : `https://${text.replace(/^\//, 'localhost/')}`
  return URL.canParse(address) ? new URL(address) : undefined
}

/** rss.arxiv.org/rss/cs.CL+cs.CV, arxiv.org/list/cs.CL/recent */
function sectionsOf({ hostname, pathname }: URL): string | undefined {
  if (!hostname.endsWith('arxiv.org')) return undefined
  const names = /^\/(?:rss|atom|list)\/([^/]+)/.exec(pathname)?.[1]
  const sections = names?.split('+').map(parseCategory) ?? []
  return sections.length > 0 && sections.every(Boolean) ? anyOf(sections) : undefined
}

const anyOf = (categories: readonly unknown[]): string =>
  categories.map((category) => `cat:${category}`).join(' OR ')

const FIELD_OF_SEARCH = new Map([
  ['title', 'title'],
  ['author', 'author'],
  ['abstract', 'abstract'],
])

function queryOfSearchUrl({ searchParams }: URL): string | undefined {
  const papers = searchParams.get('id_list')?.split(',').filter(readPaperName)
  if (papers?.length) return papers.map((name) => `paper:${name}`).join(' OR ')
  const query = searchParams.get('query') ?? searchParams.get('q')
  if (!query?.trim()) return undefined
  const field = FIELD_OF_SEARCH.get(searchParams.get('searchtype') ?? '')
  return field ? `${field}:(${query})` : query
}

/** Replaces a plus between words with a blank, but keeps it in C++. */
function unescaped(text: string): string {
  const spaced = text.replace(/^search_query=/, '').replace(/(?<!\+)\+(?!\+)/g, ' ')
  return spaced.replace(/(?:%[0-9a-f]{2})+/gi, (signs) => {
    try {
      return decodeURIComponent(signs)
    } catch {
      return signs
    }
  })
}

/** Removes a closing quote without an opening one. */
const withoutLoneQuote = (text: string): string =>
  text.replace(/^([^"“”„‟«»＂]*[^"“”„‟«»＂\s])["”»](?=[\s.,;]*$)/u, '$1 ')
