import { detachedCopy } from './detached-copy.ts'
/** One line of a CSV file, or several lines if a quoted cell contains line breaks. */
export interface CsvRecord {
  /** The number of its first line, from 1. */
  line: number
  text: string
  /** Null if the quotes are unbalanced or the line is too long. */
  cells: string[] | null
  /** The line is longer than MAX_RECORD_LENGTH; `text` is its beginning. */
  isTooLong?: true
}

/** In UTF-16 code units. Enough for MAX_TOPICS_BYTES of topics, in which an export writes three signs for a quote. */
export const MAX_RECORD_LENGTH = 96 * 1024
const EXCERPT_LENGTH = 200

// C0 and DEL, except tab and line ends, which a cell may contain.
const CONTROL = /[^\P{Cc}\t\n\r\x80-\x9f]/u

/** The first control character of a text as "U+0000"; null if it contains no such character. */
export function controlCharacterIn(text: string): string | null {
  const code = CONTROL.exec(text)?.[0].charCodeAt(0)
  return code === undefined ? null : `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
}

/**
 * Splits text that arrives in pieces into records, and skips blank lines. An unclosed quote costs one line and not the
 * rest of the file. Call `push` for each piece, then `end`.
 */
export class CsvReader {
  readonly #delimiter: string
  readonly #cell: RegExp
  #rest = ''
  #line = 1
  /** True until the end of a line that was refused as too long. */
  #isSkipping = false

  constructor(delimiter: string) {
    this.#delimiter = delimiter
    const plain = `(?!")[^${delimiter}\\n]*`
    this.#cell = new RegExp(`(?:"([^"]*(?:""[^"]*)*)"[ \\t]*?|(${plain}))(?:${delimiter}|$)`, 'y')
  }

  /** The records that this piece completes, one by one; read them all before the next piece. */
  push(piece: string): Generator<CsvRecord> {
    return this.#read(piece, false)
  }

  end(): Generator<CsvRecord> {
    return this.#read('\n', true)
  }

  *#read(piece: string, isEnd: boolean): Generator<CsvRecord> {
    const text = this.#rest + piece
    let at = 0
    while (at < text.length) {
      const newline = text.indexOf('\n', at)
      const lineEnd = newline < 0 ? text.length : newline
      let end = lineEnd
      if (this.#isSkipping || lineEnd - at > MAX_RECORD_LENGTH) {
        const beginning = { text: detachedCopy(text.slice(at, at + EXCERPT_LENGTH)), cells: null }
        if (!this.#isSkipping) yield { line: this.#line, ...beginning, isTooLong: true }
        this.#isSkipping = newline < 0
      } else {
        const closed = newline < 0 ? -1 : recordEnd(text, at)
        if (closed < 0 && !isEnd && text.length - at <= MAX_RECORD_LENGTH) break
        const whole = closed < 0 ? undefined : this.#record(text.slice(at, closed))
        const record = whole?.cells ? whole : this.#record(text.slice(at, lineEnd))
        if (record === whole) end = closed
        if (record.text.trim() !== '') yield record
      }
      if (end < text.length) this.#line += text.slice(at, end).split('\n').length
      at = end + 1
    }
    this.#rest = text.slice(at)
  }

  #record(lines: string): CsvRecord {
    const text = lines.endsWith('\r') ? lines.slice(0, -1) : lines
    return { line: this.#line, text, cells: this.#cellsOf(text) }
  }

  /** Null if a quoted cell does not end with its quote, or another cell contains a line break. */
  #cellsOf(text: string): string[] | null {
    if (!text.includes('"') && !text.includes('\n')) return text.split(this.#delimiter)
    const cells: string[] = []
    this.#cell.lastIndex = 0
    for (;;) {
      const [match, quoted, plain] = this.#cell.exec(text) ?? []
      if (match === undefined) return null
      cells.push(quoted?.replaceAll('""', '"') ?? plain!)
      if (!match.endsWith(this.#delimiter)) return cells
    }
  }
}

/** The first line end at which all quotes are closed; -1 if the text or the longest record has no such line end. */
function recordEnd(text: string, start: number): number {
  let isOpen = false
  let from = start
  for (;;) {
    const end = text.indexOf('\n', from)
    if (end < 0 || end - start > MAX_RECORD_LENGTH) return -1
    if (text.slice(from, end).split('"').length % 2 === 0) isOpen = !isOpen
    if (!isOpen) return end
    from = end + 1
  }
}

/** The delimiter of a file with this head: comma, semicolon or tab. */
export function detectDelimiter(head: string): string {
  const unquoted = head.replace(/"[^"]*"/g, '')
  const count = (sign: string) => unquoted.split(sign).length
  return [',', ';', '\t'].reduce((best, sign) => (count(sign) > count(best) ? sign : best))
}

const NEEDS_QUOTES = /^ | $|["\r\n\uFEFF]/

const csvCell = (cell: string, delimiter: string): string =>
  cell.includes(delimiter) || NEEDS_QUOTES.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell

export const csvLine = (cells: readonly string[], delimiter = ','): string =>
  `${cells.map((cell) => csvCell(cell, delimiter)).join(delimiter)}\n`

// Cells that a spreadsheet would run as a formula (full-width signs too, for Japanese locales), and escaped cells.
const FORMULA = /^'*(?:\s*[=+\-@＝＋－＠]|[\t\r])/

/** A cell that no spreadsheet runs; `unescapeFormula` restores it. */
export const escapeFormula = (cell: string): string => (FORMULA.test(cell) ? `'${cell}` : cell)

export const unescapeFormula = (cell: string): string =>
  cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell

/**
 * Decodes bytes that arrive in pieces: UTF-8, or UTF-16 with a byte order mark. Invalid bytes become U+FFFD. If lines
 * end with a carriage return only, as on old Macs, it becomes a line feed.
 */
export async function* decodeStream(pieces: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let decoder: InstanceType<typeof TextDecoder> | undefined
  let hasReturns: boolean | undefined
  for await (const piece of pieces) {
    decoder ??= new TextDecoder(detectEncoding(piece))
    const text = decoder.decode(piece, { stream: true })
    hasReturns ??= text.includes('\r') && !text.includes('\n')
    yield hasReturns ? text.replaceAll('\r', '\n') : text
  }
  yield decoder?.decode() ?? ''
}

const detectEncoding = ([first, second]: Buffer): string =>
  first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8'
