import type { Steps } from '../../queries/steps.ts'
import { type BadEntry, MAX_ENTRIES, type RawEntry } from './library-entry.ts'

// "BibTeXing" (Patashnik, 1988), section 2: values in braces or quotes, numbers, and names of @string, joined by #.

const ENTRY = /^[^\S\n]*@\s*(?<type>\w+)\s*[{(]/
const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')

/**
 * Reads BibTeX. Text between entries is a comment. An entry ends before the next line that starts one, so that a
 * missing brace spoils only its own entry.
 */
export function* readBibtex(text: string): Steps<(RawEntry | BadEntry)[]> {
  const strings = new Map(MONTHS.map((month) => [month, month]))
  const entries: (RawEntry | BadEntry)[] = []
  let line = 1
  for (const chunk of text.split(/^(?=[^\S\n]*@\s*\w+\s*[{(])/m)) {
    const type = ENTRY.exec(chunk)?.groups?.type?.toLowerCase()
    if (type === 'string') readStrings(chunk, strings)
    else if (type && type !== 'comment' && type !== 'preamble')
      entries.push(entries.length < MAX_ENTRIES ? readEntry(chunk, line, strings) : { line, ids: [] })
    for (let at = chunk.indexOf('\n'); at >= 0; at = chunk.indexOf('\n', at + 1)) line++
    yield
  }
  return entries
}

function readStrings(chunk: string, strings: Map<string, string>): void {
  try {
    const reader = new FieldReader(chunk.replace(ENTRY, ''), strings)
    for (const [name, value] of reader.fields()) strings.set(name, value)
  } catch (error) {
    if (!(error instanceof BibtexFault)) throw error
  }
}

const IDS = ['eprint', 'doi', 'url', 'arxivid', 'arxiv', 'note', 'journal', 'howpublished']

function readEntry(chunk: string, line: number, strings: ReadonlyMap<string, string>): RawEntry | BadEntry {
  try {
    const body = chunk.replace(ENTRY, '')
    const comma = /^[^,={}"\n]*,/.exec(body)?.[0] ?? ''
    const fields = new Map(new FieldReader(body.slice(comma.length), strings).fields())
    const keywords = fields.get('keywords') ?? fields.get('keyword')
    return {
      line,
      title: withoutBraces(fields.get('title')),
      abstract: withoutBraces(fields.get('abstract')),
      keywords: keywords ? keywords.split(/[,;]/).map((one) => withoutBraces(one)!) : [],
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
    while (this.#next(/\s*#\s*/y) !== null) value += this.#part()
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
