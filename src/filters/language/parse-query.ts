import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import peggy from 'peggy'
import { Fault } from '../../platform/errors.ts'
import type { Query } from '../query.ts'
import { Meaning, type ThrowFault, type Written } from './meaning.ts'

const MOST_BYTES = 2000
const MOST_DEPTH = 20
const MOST_SHOWN = 60

const grammar = readFileSync(join(import.meta.dirname, 'grammar.peggy'), 'utf8')
// With its cache a parser never reads the same place twice by one rule: no text takes it long.
const parser = peggy.generate(grammar, { cache: true })

/**
 * The tree of a query. Throws query.* with the column, from 1, at which the text cannot be read. Stop words and lone
 * punctuation are left out of the tree.
 */
export function parseQuery(text: string): Query {
  const typed = oneKindOfBlanksAndQuotes(pasted(text))
  const fault: ThrowFault = (code, at, values) => {
    throw new Fault(code, { query: shortened(typed), column: at + 1, ...values })
  }
  requireSmall(typed, fault)
  const written = parser.parse(typed, { fault }) as Written | null
  if (!written) return fault('query.empty', 0)
  return new Meaning(fault).of(written)
}

/** Undoes what an address bar did to a query of arXiv: au:gu+AND+ti:%28mamba%29. */
function pasted(text: string): string {
  if (!/^\S*\+(AND|OR|ANDNOT)\+\S*$/.test(text.trim())) return text
  return text.replaceAll('+', ' ').replace(/%(2[0-9a-f]|5b|5d)/gi, decodeURIComponent)
}

// One sign for one sign, so that columns stay.
const oneKindOfBlanksAndQuotes = (text: string): string =>
  text
    .replace(/[\s\p{Cc}\p{Cs}]/gu, ' ')
    .replace(/[“”„‟«»＂]/g, '"')
    .replaceAll('（', '(')
    .replaceAll('）', ')')

const shortened = (text: string): string => {
  const trimmed = text.trim()
  return trimmed.length > MOST_SHOWN ? `${trimmed.slice(0, MOST_SHOWN).trimEnd()}…` : trimmed
}

function requireSmall(text: string, fault: ThrowFault): void {
  const bytes = Buffer.byteLength(text)
  if (bytes > MOST_BYTES) fault('query.too-long', 0, { bytes, most: MOST_BYTES })
  let depth = 0
  for (const { 0: sign, index } of text.matchAll(/"[^"]*"|[()]/g)) {
    if (sign === '(') depth++
    if (sign === ')') depth--
    if (depth > MOST_DEPTH) fault('query.too-deep', index, { most: MOST_DEPTH })
  }
}
