import { createRequire } from 'node:module'
import type { AtomFeed, JsonFeed, RdfFeed, RssFeed } from 'feedsmith'
import { undefinedIfThrown } from '../../core/errors.ts'
import { MAX_ENTRIES, parseBoundedJson } from '../read-entries.ts'

/** The text is something else than a feed, such as a web page. */
export class NotAFeedError extends Error {}

/** The text begins as a feed and cannot be read; the message says why. */
export class BrokenFeedError extends Error {}

/** An item of a feed in any format, with its texts as HTML or as text. All that is absent is left out. */
export interface ParsedItem {
  title?: string
  /** Texts that may be the abstract. */
  texts: (string | undefined)[]
  /** Each may have one name or several. */
  authors: (string | undefined)[]
  /** The best first. */
  dates: (string | undefined)[]
  keywords: (string | undefined)[]
  /** What may be a DOI or an arXiv id: the most reliable first. */
  identifiers: (string | undefined)[]
  link?: string
  /** Its name within the feed, if it is no address. */
  guid?: string
  journal?: string
}

export interface ParsedFeed {
  title?: string
  link?: string
  items: ParsedItem[]
}

const require = createRequire(import.meta.url)

/** Loads the parser's hundred files for the first feed: every start and command loads this file. */
const feedsmith = () => require('feedsmith') as typeof import('feedsmith')

/** Parses a feed in RSS 0.9 to 2.0, RDF, Atom or JSON Feed. Throws NotAFeedError and BrokenFeedError. */
export function parseFeed(body: string): ParsedFeed {
  if (/^[\s\uFEFF]*\{/.test(body)) return parseJson(body)
  const text = withoutDoctype(body)
  const root = rootOf(text)
  if (!root) throw new NotAFeedError('it is no feed')
  requireBounded(text)
  if (!new RegExp(String.raw`</${root}\s*>`, 'i').test(text.slice(-TAIL_LENGTH)))
    throw new BrokenFeedError('it ends in the middle')
  try {
    return parseXml(text, root)
  } catch (error) {
    throw new BrokenFeedError('it is not well-formed', { cause: error })
  }
}

/** Some publishers have a comment after the end. */
const TAIL_LENGTH = 4000

const BEFORE_ROOT = /^(?:[\s\uFEFF]|<\?[\s\S]*?\?>|<!--[\s\S]*?-->)*/
/** Anchored: a search through the whole text takes quadratic time if the type never ends. */
const DOCTYPE = /^<!DOCTYPE\b[^[>]*(?:\[[^\]]*\]\s*)?>/i

const afterProlog = (text: string): string => text.slice(BEFORE_ROOT.exec(text)![0].length)

/** The parser decodes the names of HTML; entities that a document declares itself are not read. */
const withoutDoctype = (body: string): string => afterProlog(body).replace(DOCTYPE, '')

/** The root element's name with prefix, if it is one of a feed: "rdf:RDF". */
const rootOf = (text: string): string | undefined =>
  /^<((?:\w+:)?(?:rss|rdf|feed))[\s>]/i.exec(afterProlog(text))?.[1]

const MAX_TAGS = 250_000
const ENTRY = /<(?:\w+:)?(?:item|entry)[\s>]/gi

function requireBounded(text: string): void {
  let tags = 0
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at + 1)) tags++
  if (tags > MAX_TAGS) throw new BrokenFeedError(`it holds more than ${MAX_TAGS} tags`)
  if ((text.match(ENTRY)?.length ?? 0) > MAX_ENTRIES)
    throw new BrokenFeedError(`it holds more than ${MAX_ENTRIES} items`)
}

function parseXml(text: string, root: string): ParsedFeed {
  const { parseAtomFeed, parseRdfFeed, parseRssFeed } = feedsmith()
  if (/rss$/i.test(root)) return rssFeed(parseRssFeed(text))
  return /rdf$/i.test(root) ? rdfFeed(parseRdfFeed(text)) : atomFeed(parseAtomFeed(text))
}

function parseJson(body: string): ParsedFeed {
  const value = parseBoundedJson(body)
  if (value === undefined) throw new BrokenFeedError('it is not whole JSON')
  const feed = undefinedIfThrown(() => feedsmith().parseJsonFeed(value))
  if (!feed?.items) throw new NotAFeedError('it is no JSON Feed')
  return { title: feed.title, link: feed.home_page_url, items: feed.items.map(jsonItem) }
}

const rssFeed = ({ title, link, items = [], prism }: RssFeed.Feed<string>): ParsedFeed => ({
  title: prism?.publicationName ?? title,
  link,
  items: items.map(rssItem),
})

function rssItem(item: RssFeed.Item<string>): ParsedItem {
  const { dc, prism, content, dcterms, guid } = item
  return {
    title: item.title ?? dc?.titles?.[0],
    texts: [content?.encoded, item.description, ...(dc?.descriptions ?? []), ...(dcterms?.abstracts ?? [])],
    authors: dc?.creators ?? (item.authors ?? []).map(({ name }) => name),
    dates: [item.pubDate, ...(dc?.dates ?? []), ...(prism?.publicationDates ?? []), item.atom?.published],
    keywords: [...(item.categories ?? []).map(({ name }) => name), ...(dc?.subjects ?? [])],
    identifiers: [prism?.doi, ...(dc?.identifiers ?? []), item.link, guid?.value, ...(prism?.urls ?? [])],
    link: item.link ?? (isAddress(guid?.value) ? guid?.value : undefined),
    guid: guid?.value,
    journal: prism?.publicationName ?? dc?.sources?.[0],
  }
}

const rdfFeed = ({ title, link, items = [] }: RdfFeed.Feed<string>): ParsedFeed => ({
  title,
  link,
  items: items.map(rdfItem),
})

function rdfItem(item: RdfFeed.Item<string>): ParsedItem {
  const { dc, content, dcterms, rdf } = item
  return {
    title: item.title ?? dc?.titles?.[0],
    texts: [content?.encoded, item.description, ...(dc?.descriptions ?? []), ...(dcterms?.abstracts ?? [])],
    authors: dc?.creators ?? [],
    dates: [...(dc?.dates ?? []), ...(dcterms?.issued ?? [])],
    keywords: dc?.subjects ?? [],
    identifiers: [...(dc?.identifiers ?? []), item.link, rdf?.about],
    link: item.link ?? (isAddress(rdf?.about) ? rdf?.about : undefined),
    guid: rdf?.about,
  }
}

const atomFeed = ({ title, links = [], entries = [] }: AtomFeed.Feed<string>): ParsedFeed => ({
  title: title?.value,
  link: pageOf(links),
  items: entries.map(atomItem),
})

function atomItem(entry: AtomFeed.Entry<string>): ParsedItem {
  const { dc, dcterms, arxiv, links = [], id } = entry
  return {
    title: entry.title?.value ?? dc?.titles?.[0],
    texts: [
      entry.content?.value,
      entry.summary?.value,
      ...(dc?.descriptions ?? []),
      ...(dcterms?.abstracts ?? []),
    ],
    authors: entry.authors?.map(({ name }) => name) ?? dc?.creators ?? [],
    dates: [entry.published, ...(dc?.dates ?? []), entry.updated],
    keywords: [...(entry.categories ?? []).map(({ label, term }) => label ?? term), ...(dc?.subjects ?? [])],
    identifiers: [arxiv?.doi, ...(dc?.identifiers ?? []), pageOf(links), id],
    link: pageOf(links) ?? (isAddress(id) ? id : undefined),
    guid: id,
  }
}

const pageOf = (links: readonly AtomFeed.Link<string>[]): string | undefined =>
  (links.find(({ rel }) => !rel || rel === 'alternate') ?? links[0])?.href

const jsonItem = (item: JsonFeed.Item<string>): ParsedItem => ({
  title: item.title,
  texts: [item.content_html, item.content_text, item.summary],
  authors: (item.authors ?? []).map(({ name }) => name),
  dates: [item.date_published, item.date_modified],
  keywords: item.tags ?? [],
  identifiers: [item.url, item.external_url, item.id],
  link: item.external_url ?? item.url,
  guid: item.id,
})

const isAddress = (text: string | undefined): boolean => /^https?:\/\//i.test(text ?? '')
