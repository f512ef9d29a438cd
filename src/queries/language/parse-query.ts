import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Parser } from 'peggy'
import { Fault } from '../../core/errors.ts'
import { memoize } from '../../core/memoize.ts'
import { fill, words } from '../../i18n/words.ts'
import type { Query } from '../query.ts'
import { isPrintableAscii } from '../text/fold.ts'
import { truncate } from '../text/truncate.ts'
import { isAddress, isExactCategory, parseCategory, readPaperName } from './paper-name.ts'
import { parseSentence } from './sentence.ts'
import { englishTerms, isForeign } from './sentence-words.ts'
import { AstBuilder, isField, type ParseNode, type ThrowFault } from './to-ast.ts'

/** The limit of a text such as an abstract, of which only the key words count. */
export const MAX_TEXT_BYTES = 8192
/** The limit of any other query, every word of which costs time. */
export const MAX_QUERY_BYTES = 2000
/** URL encoding needs three characters for one. */
const ENCODED = 3

const require = createRequire(import.meta.url)

let parser: Parser | undefined

/** Generates the parser for the first query: this takes 0.1 s, and a start or a command may parse none. */
function openParser(): Parser {
  const { generate } = require('peggy') as typeof import('peggy')
  // No parser cache: it costs more than it saves, because no rule of the grammar parses a part twice.
  return generate(readFileSync(join(import.meta.dirname, 'grammar.peggy'), 'utf8'))
}

/**
 * Parses a query into its tree, without stop words and single punctuation characters. Throws query.* with the column,
 * from 1, at which parsing fails.
 */
export function parseQuery(text: string): Query {
  if (text.length > MAX_TEXT_BYTES) return parsed(text)
  const outcome = outcomeOf(text)
  if (outcome instanceof Fault) throw new Fault(outcome.entry, outcome.values)
  return outcome
}

// One request may parse the same text several times: to check it, to describe it and to search.
const MAX_CACHED = 100
const outcomeOf = memoize((text: string): Query | Fault => faultOr(() => parsed(text)), MAX_CACHED)

function faultOr<T>(work: () => T): T | Fault {
  try {
    return work()
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  }
}

function parsed(text: string): Query {
  requireShort(text, MAX_TEXT_BYTES * ENCODED)
  const typed = withoutCapsLock(normalizeBlanksAndQuotes(queryFromPaste(text)))
  const fault: ThrowFault = (code, at, values) => {
    const example = code === 'query.not-english' && { example: exampleIn(typed) }
    throw new Fault(code, { query: truncate(typed), column: at + 1, ...example, ...values })
  }
  requireShort(
    typed,
    Buffer.byteLength(typed) > MAX_QUERY_BYTES && parseSentence(typed) ? MAX_TEXT_BYTES : MAX_QUERY_BYTES,
  )
  const tooDeep = tooDeepAt(typed)
  if (tooDeep !== null) return fault('query.too-deep', tooDeep, { most: MAX_DEPTH })
  if (isForeign(typed) && !NAMES.test(typed) && !parseSentence(typed)) return fault('query.not-english', 0)
  parser ??= openParser()
  const { parse } = parser
  const read = (part: string, at: number): ParseNode | null =>
    parse(' '.repeat(at) + part, { fault, isPaper, isAddress, isField })
  const tree = new AstBuilder(fault, read).build(typed)
  if (treeDepth(tree) > MAX_TREE_DEPTH) return fault('query.too-deep', 0, { most: MAX_DEPTH })
  return tree
}

/** Parses a query; null if that fails. */
export function parseOrNull(text: string): Query | null {
  const query = faultOr(() => parseQuery(text))
  return query instanceof Fault ? null : query
}

// Names of people and organizations may be in any script.
const NAMES = /\b(?:author|au|org)\s*:/i

const isPaper = (text: string): boolean => readPaperName(text) !== undefined

/** An example of a query that would be accepted; empty if the text has no English words. */
function exampleIn(text: string): string {
  const terms = englishTerms(text).join(', ')
  return terms && fill(words.query.example, { terms })
}

// Replaces single characters with single characters, so that columns do not change.
const normalizeBlanksAndQuotes = (text: string): string =>
  isPrintableAscii(text)
    ? text
    : text
        .replace(/[\s\p{Cc}\p{Cs}]/gu, ' ')
        .replace(/[“”„‟«»＂]/g, '"')
        .replaceAll('（', '(')
        .replaceAll('）', ')')

const OPERATORS = new Set(['AND', 'OR', 'NOT', 'ANDNOT'])

/** If everything is in capitals, also a word that is too long for an acronym, none of the words is one: WORLD MODELS. */
const withoutCapsLock = (text: string): string =>
  /[A-Z]{6}/.test(text) && !/[a-z]/.test(text)
    ? text.replace(/[A-Z]+/g, (word) => (OPERATORS.has(word) ? word : word.toLowerCase()))
    : text

// Called before any other check reads the text.
function requireShort(text: string, maxBytes: number): void {
  const bytes = Buffer.byteLength(text)
  if (bytes <= maxBytes) return
  const most = Math.min(maxBytes, MAX_TEXT_BYTES)
  throw new Fault('query.too-long', { query: truncate(text), column: 1, bytes, most })
}

/** The limit for nested brackets, NOTs and fields. Each level costs time in every part of the program. */
const MAX_DEPTH = 8
/** A level may be an AND within an OR, or the reverse. Prose ("a except b except c") nests without any brackets. */
export const MAX_TREE_DEPTH = 2 * MAX_DEPTH + 1

/** A phrase, a bracket, or text between blanks, brackets and quotes. */
const PIECES = /"[^"]*"|[()]|[^ ()"]+/g
/** Operators and fields that apply to the text that follows: -title:abs: has three. */
const PREFIXES = /^(?:[-−–!](?!-)|\p{L}[\p{L}_-]*:)*/u
const PREFIX = /[-−–!]|\p{L}[\p{L}_-]*:/gu
/** Each level has one of these. */
const LEVELS = /[(\-−–!:]|NOT/gi
const MAY_BEGIN = /[-−–!:]|NOT$/i
const NOT = /^(?:AND)?NOT$/i
const ONLY_SIGNS = /^[-−–!]+$/

/** The position at which a text first nests deeper than MAX_DEPTH, in UTF-16 units; null if it does not. */
function tooDeepAt(text: string): number | null {
  if ((text.match(LEVELS)?.length ?? 0) <= MAX_DEPTH) return null
  /** The number of levels that each open bracket adds: its own, and those of its prefixes. */
  const open: number[] = []
  let depth = 0
  let prefixes = 0
  for (const { 0: piece, index } of text.matchAll(PIECES)) {
    if (piece === ')') depth -= open.pop() ?? 0
    const read = prefixesOf(piece, text[index + piece.length])
    prefixes += read.count
    const levels = depth + prefixes + (piece === '(' ? 1 : 0)
    if (levels > MAX_DEPTH) return index
    if (piece === '(') open.push(levels - depth)
    if (piece === '(') depth = levels
    if (!read.isAll) prefixes = 0
  }
  return null
}

/** How many prefixes a piece starts with, and whether it contains nothing else. */
function prefixesOf(piece: string, next: string | undefined): { count: number; isAll: boolean } {
  if (!MAY_BEGIN.test(piece)) return { count: 0, isAll: false }
  const [prefix] = PREFIXES.exec(piece)!
  // A row of dashes is a word, unless text follows immediately.
  if (prefix === piece && ONLY_SIGNS.test(piece) && !/[("]/.test(next ?? ''))
    return { count: 0, isAll: false }
  const count = [...prefix.matchAll(PREFIX)].length
  const isNot = NOT.test(piece.slice(prefix.length))
  return { count: count + (isNot ? 1 : 0), isAll: isNot || (prefix !== '' && prefix === piece) }
}

/** The number of levels of a tree; a leaf has one. */
export function treeDepth(query: Query): number {
  if (query.kind === 'not') return 1 + treeDepth(query.part)
  return 'parts' in query ? 1 + Math.max(...query.parts.map(treeDepth)) : 1
}

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

function queryOfSearchUrl({ searchParams }: URL): string | undefined {
  const papers = searchParams.get('id_list')?.split(',').filter(readPaperName)
  if (papers?.length) return papers.map((name) => `paper:${name}`).join(' OR ')
  const query = searchParams.get('query') ?? searchParams.get('q')
  if (!query?.trim()) return undefined
  const field = searchParams.get('searchtype') ?? ''
  return ['title', 'author', 'abstract'].includes(field) ? `${field}:(${query})` : query
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
