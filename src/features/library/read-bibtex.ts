import { checkDeadline } from '../../queries/deadline.ts'
import { splitNames } from './author-names.ts'
import {
  type BadEntry,
  LINES_PER_CHECK,
  MAX_ENTRY_LENGTH,
  MAX_VALUE_LENGTH,
  RawEntries,
  type RawEntry,
  splitKeywords,
} from './library-entry.ts'

// "BibTeXing" (Patashnik, 1988), section 2: values in braces or quotes, numbers, and names of @string, joined by #.

const ENTRY = /^[ \t]*@\s*(?<type>\w+)\s*[{(]/m
const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')

export const isBibtex = (text: string): boolean => ENTRY.test(text)

/**
 * Reads BibTeX. Text between entries is a comment. An entry ends before the next line that starts one, so that a
 * missing brace spoils only its own entry.
 */
export function readBibtex(text: string): RawEntries {
  const strings = new Map(MONTHS.map((month) => [month, month]))
  const entries = new RawEntries()
  const starts = text.matchAll(new RegExp(ENTRY, 'gm'))
  let line = 1
  let counted = 0
  for (
    let [at, next] = [starts.next().value, starts.next().value];
    at;
    at = next, next = starts.next().value
  ) {
    const type = at.groups!.type!.toLowerCase()
    if (type === 'comment' || type === 'preamble') continue
    if (entries.isFull) {
      if (type !== 'string') entries.add({ line: 0, ids: [] })
      if (entries.count % LINES_PER_CHECK === 0) checkDeadline()
      continue
    }
    checkDeadline()
    line += lineEndsIn(text, counted, at.index)
    counted = at.index
    const from = at.index + at[0].length
    const body = text.slice(from, Math.min(next?.index ?? text.length, from + MAX_ENTRY_LENGTH))
    const entry = type === 'string' ? readStrings(body, line, strings) : readEntry(body, line, strings)
    if (entry) entries.add(entry)
  }
  return entries
}

function lineEndsIn(text: string, from: number, to: number): number {
  let ends = 0
  for (let at = from; at < to; at++)
    if (text[at] === '\n' || (text[at] === '\r' && text[at + 1] !== '\n')) ends++
  return ends
}

/** Adds the values to `strings`; a bad entry if they cannot be read. */
function readStrings(body: string, line: number, strings: Map<string, string>): BadEntry | undefined {
  try {
    for (const [name, value] of new FieldReader(body, strings).fields()) strings.set(name, value)
    return undefined
  } catch (error) {
    if (!(error instanceof BibtexFault)) throw error
    return { line, reason: error.reason }
  }
}

const IDS = ['eprint', 'doi', 'url', 'arxivid', 'arxiv', 'note', 'journal', 'howpublished']

function readEntry(body: string, line: number, strings: ReadonlyMap<string, string>): RawEntry | BadEntry {
  try {
    const comma = /^[^,={}"\n]*,/.exec(body)?.[0] ?? ''
    const fields = new Map(new FieldReader(body.slice(comma.length), strings).fields())
    const keywords = fields.get('keywords') ?? fields.get('keyword')
    return {
      line,
      title: withoutBraces(fields.get('title')),
      abstract: withoutBraces(fields.get('abstract')),
      keywords: splitKeywords(keywords).map((one) => withoutBraces(one)!),
      authors: splitNames(fields.get('author')).map((one) => withoutBraces(one)!),
      ids: IDS.flatMap((name) => fields.get(name)?.replace(/\\([_%#&])/g, '$1') ?? []),
    }
  } catch (error) {
    if (!(error instanceof BibtexFault)) throw error
    return { line, reason: error.reason }
  }
}

/** Without TeX, braces only protect capitals, and a tilde is a blank. */
const withoutBraces = (value: string | undefined): string | undefined =>
  value === undefined || /[\\$]/.test(value) ? value : value.replace(/[{}]/g, '').replaceAll('~', ' ')

class BibtexFault extends Error {
  readonly reason: BadEntry['reason']

  constructor(reason: BadEntry['reason']) {
    super(reason)
    this.reason = reason
  }
}

/** Reads `name = value, name = value }`. */
class FieldReader {
  readonly #text: string
  readonly #strings: ReadonlyMap<string, string>
  #at = 0

  constructor(text: string, strings: ReadonlyMap<string, string>) {
    this.#text = text
    this.#strings = strings
  }

  /** Names in lower case. Throws BibtexFault. */
  *fields(): Generator<[name: string, value: string]> {
    for (;;) {
      this.#next(/[\s,]*/y)
      if (this.#next(/[})]/y) !== null) return
      if (this.#at >= this.#text.length) throw new BibtexFault('unclosed')
      const name = this.#next(/[^\s=,{}"#]+\s*=\s*/y)
      if (name === null) throw new BibtexFault('syntax')
      yield [name.replace(/\s*=\s*$/, '').toLowerCase(), this.#value()]
    }
  }

  #value(): string {
    let value = this.#part()
    while (this.#next(/\s*#\s*/y) !== null) {
      value += this.#part()
      // Names of @string that contain each other twice would double without limit.
      if (value.length > MAX_VALUE_LENGTH) throw new BibtexFault('syntax')
    }
    return value
  }

  #part(): string {
    if (this.#next(/\{/y) !== null) return this.#until('}')
    if (this.#next(/"/y) !== null) return this.#until('"')
    const word = this.#next(/[^\s,{}()"#=]+/y)
    if (word === null) throw new BibtexFault('syntax')
    return this.#strings.get(word.toLowerCase()) ?? word
  }

  /** The text up to a sign outside braces. */
  #until(sign: '}' | '"'): string {
    const from = this.#at
    for (let depth = 0; this.#at < this.#text.length; this.#at++) {
      const char = this.#text[this.#at]!
      if (char === '\\') this.#at++
      else if (char === sign && depth === 0) return this.#text.slice(from, this.#at++)
      else if (char === '{') depth++
      else if (char === '}') depth--
    }
    throw new BibtexFault('unclosed')
  }

  #next(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at
    const [found] = pattern.exec(this.#text) ?? [null]
    if (found !== null) this.#at = pattern.lastIndex
    return found
  }
}
