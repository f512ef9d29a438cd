import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import peggy from 'peggy'
import { Fault } from '../../core/errors.ts'
import { words } from '../../i18n/words.ts'
import type { Query } from '../query.ts'
import { englishTerms, isForeign } from './english.ts'
import { MAX_DEPTH, MAX_TREE_DEPTH, tooDeepAt, treeDepth } from './nesting.ts'
import { isAddress, readPaperName } from './paper-name.ts'
import { queryFromPaste } from './query-from-paste.ts'
import { parseSentence } from './sentence.ts'
import { AstBuilder, type ParseNode, type ThrowFault } from './to-ast.ts'
import { truncate } from './truncate.ts'

const MAX_BYTES = 2000
/** URL encoding needs three characters for one. */
const ENCODED = 3

const grammar = readFileSync(join(import.meta.dirname, 'grammar.peggy'), 'utf8')
// No parser cache: it costs more than it saves, because no rule of the grammar parses a part twice.
const parser = peggy.generate(grammar)

/**
 * Parses a query into its tree, without stop words and single punctuation characters. Throws query.* with the column,
 * from 1, at which parsing fails.
 */
export function parseQuery(text: string): Query {
  if (text.length < LONG_TEXT) return parsed(text)
  const read = cache.get(text) ?? addToCache(text, outcomeOf(text))
  if ('tree' in read) return read.tree
  throw new Fault(read.entry, read.values)
}

type Outcome = { tree: Query } | Pick<Fault, 'entry' | 'values'>

// One request may parse the same text several times: to check it, to describe it and to search.
const LONG_TEXT = 100
const MAX_CACHED = 100
const cache = new Map<string, Outcome>()

function addToCache(text: string, outcome: Outcome): Outcome {
  const [oldest] = cache.keys()
  if (cache.size >= MAX_CACHED) cache.delete(oldest!)
  if (text.length <= MAX_BYTES) cache.set(text, outcome)
  return outcome
}

function outcomeOf(text: string): Outcome {
  try {
    return { tree: parsed(text) }
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  }
}

function parsed(text: string): Query {
  requireShort(text, MAX_BYTES * ENCODED)
  const typed = normalizeBlanksAndQuotes(queryFromPaste(text))
  const fault: ThrowFault = (code, at, values) => {
    const example = code === 'query.not-english' && { example: exampleIn(typed) }
    throw new Fault(code, { query: truncate(typed), column: at + 1, ...example, ...values })
  }
  requireShort(typed, MAX_BYTES)
  const tooDeep = tooDeepAt(typed)
  if (tooDeep !== null) return fault('query.too-deep', tooDeep, { most: MAX_DEPTH })
  if (isForeign(typed) && !NAMES.test(typed) && !parseSentence(typed)) return fault('query.not-english', 0)
  const read = (part: string, at: number): ParseNode | null =>
    parser.parse(' '.repeat(at) + part, { fault, isPaper, isAddress })
  const tree = new AstBuilder(fault, read).build(typed)
  if (treeDepth(tree) > MAX_TREE_DEPTH) return fault('query.too-deep', 0, { most: MAX_DEPTH })
  return tree
}

/** Parses a query; null if that fails. */
export function parseOrNull(text: string): Query | null {
  try {
    return parseQuery(text)
  } catch (error) {
    if (error instanceof Fault) return null
    throw error
  }
}

// Names of people and organizations may be in any script.
const NAMES = /\b(?:author|au|org)\s*:/i

const isPaper = (text: string): boolean => readPaperName(text) !== undefined

/** An example of a query that would be accepted. */
const exampleIn = (text: string): string => englishTerms(text).join(', ') || words.query.example

// Replaces single characters with single characters, so that columns do not change.
const normalizeBlanksAndQuotes = (text: string): string =>
  text
    .replace(/[\s\p{Cc}\p{Cs}]/gu, ' ')
    .replace(/[“”„‟«»＂]/g, '"')
    .replaceAll('（', '(')
    .replaceAll('）', ')')

// Called before any other check reads the text.
function requireShort(text: string, maxBytes: number): void {
  const bytes = Buffer.byteLength(text)
  if (bytes <= maxBytes) return
  throw new Fault('query.too-long', { query: truncate(text), column: 1, bytes, most: MAX_BYTES })
}
