import { createHash } from 'node:crypto'
import { undefinedIfThrown } from '../../core/errors.ts'
import { parseIdentifier } from '../identifier.ts'
import { type Identifier, identifierText, MAX_KEY_BYTES } from '../source.ts'

// What a journal has in an address after the DOI.
const AFTER_DOI =
  /\/(?:full|abstract|summary|pdf|epdf|epub|html|meta|fulltext|references|full-text)?$|\.(?:full|abstract|short|pdf|html)$/i
const VERSION_OF_PREPRINT = /^(10\.(?:1101|64898)\/.+)v\d+$/
// The DOI of a journal is not one of its articles: "10.1002/(ISSN)1097-0142".
const OF_A_JOURNAL = /^10\.\d{4,9}\/\(issn\)[\d-x]+$/i

/** The DOIs and arXiv ids in the identifiers and addresses of an item, the first of each kind. */
export function identifiersOf(texts: readonly (string | undefined)[]): Identifier[] {
  const found = texts.flatMap((text) => (text && identifierIn(text)) || [])
  const first = ['arxiv', 'doi'].flatMap((scheme) => found.find((one) => one.scheme === scheme) ?? [])
  return [...new Map(first.map((one) => [identifierText(one), one])).values()]
}

/** "doi:10.1000/1", "info:doi/10.1000/1", "https://example.org/doi/abs/10.1000/1?af=R", a link to arXiv. */
function identifierIn(text: string): Identifier | undefined {
  const whole = parseIdentifier(text)?.key
  if (whole?.scheme === 'arxiv') return whole
  const isAddress = /^https?:/i.test(text)
  const decoded = isAddress ? (undefinedIfThrown(() => decodeURIComponent(text)) ?? text) : text
  const doi = (isAddress ? /10\.\d{4,9}\/[^\s?#&"]+/ : /10\.\d{4,9}\/[^\s"]+/).exec(decoded)?.[0]
  if (!doi) return undefined
  const bare = doi
    .replace(AFTER_DOI, '')
    .replace(VERSION_OF_PREPRINT, '$1')
    .replace(/[.,;:]+$/, '')
  return OF_A_JOURNAL.test(bare) ? undefined : parseIdentifier(bare)?.key
}

// What publishers add to tell where a reader came from.
const TRACKING =
  /^(?:utm_\w+|af|rss|dgcid|mi|ai|ui|cmp|feed|source|src|ref|campaign|from|error|fbclid|gclid)$/i

/**
 * The identity of an item without DOI and arXiv id: the address of its page without what tells where a reader came from,
 * else its name within the feed at `address`. Undefined without both.
 */
export function linkKey({
  link,
  guid,
  address,
}: {
  link?: string
  guid?: string
  address: string
}): Identifier | undefined {
  const name = (link && pageName(link)) ?? (guid && `${new URL(address).host} ${guid.trim()}`)
  return name ? { scheme: 'link', value: boundedKey(name) } : undefined
}

/** Undefined for what is no page of its own, such as a home page. */
function pageName(link: string): string | undefined {
  const url = URL.parse(link)
  if (!url || !/^https?:$/.test(url.protocol)) return undefined
  const query = [...url.searchParams].filter(([name]) => !TRACKING.test(name))
  if (url.pathname === '/' && query.length === 0 && url.hash === '') return undefined
  const host = url.host.replace(/^www\./, '')
  const search = query.length > 0 ? `?${new URLSearchParams(query)}` : ''
  return host + url.pathname.replace(/\/$/, '') + search
}

const boundedKey = (name: string): string => {
  const isKey = name.length <= MAX_KEY_BYTES && /^[!-~]+$/.test(name)
  return isKey ? name : `sha256-${createHash('sha256').update(name).digest('hex')}`
}
