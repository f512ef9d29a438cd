// Papa reads and writes cells. This file decides which lines belong to one record, so that an unclosed quote costs one
// line and not the rest of the file.
import Papa from 'papaparse'

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

/** In UTF-16 code units. */
export const MAX_RECORD_LENGTH = 64 * 1024
const EXCERPT_LENGTH = 200

// C0 and DEL, except tab and line ends, which a cell may contain.
const CONTROL = /[^\P{Cc}\t\n\r\x80-\x9f]/u

/** The first control character of a text as "U+0000"; null if it contains no such character. */
export function controlCharacterIn(text: string): string | null {
  const code = CONTROL.exec(text)?.[0].charCodeAt(0)
  return code === undefined ? null : `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
}

const hasOddQuotes = (text: string): boolean => {
  let odd = false
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) odd = !odd
  return odd
}

/** Splits text that arrives in pieces into records, and skips blank lines. Call `push` for each piece, then `end`. */
export class CsvReader {
  readonly #delimiter: string
  #rest = ''
  #line = 0
  /** True until the end of a line that was refused as too long. */
  #isSkipping = false
  #held: string[] = []
  #heldLength = 0
  #found: CsvRecord[] = []

  constructor(delimiter: string) {
    this.#delimiter = delimiter
  }

  /** Returns the records that this piece completes. */
  push(piece: string): CsvRecord[] {
    const text = this.#rest + this.#unskipped(piece)
    let from = 0
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      this.#take(text.slice(from, end))
      from = end + 1
    }
    this.#rest = text.slice(from)
    if (this.#rest.length > MAX_RECORD_LENGTH) {
      this.#refuse(this.#rest)
      this.#rest = ''
      this.#isSkipping = true
    }
    return this.#give()
  }

  end(): CsvRecord[] {
    if (this.#rest !== '') this.#take(this.#rest)
    this.#rest = ''
    while (this.#held.length > 0) this.#breakOff()
    return this.#give()
  }

  #unskipped(piece: string): string {
    if (!this.#isSkipping) return piece
    const end = piece.indexOf('\n')
    this.#isSkipping = end < 0
    return end < 0 ? '' : piece.slice(end + 1)
  }

  /** Records a line that is too long. It ends every open quote: no quoted cell continues past it. */
  #refuse(text: string): void {
    while (this.#held.length > 0) this.#breakOff()
    this.#line++
    const beginning = detachedCopy(text.slice(0, EXCERPT_LENGTH))
    this.#found.push({ line: this.#line, text: beginning, cells: null, isTooLong: true })
  }

  #take(text: string): void {
    if (text.length > MAX_RECORD_LENGTH) {
      this.#refuse(text)
      return
    }
    this.#line++
    const isOpen = this.#held.length > 0
    const isOdd = hasOddQuotes(text)
    if (!isOpen && !isOdd) {
      const plain = withoutReturn(text)
      if (plain.trim() !== '') this.#found.push({ line: this.#line, text: plain, cells: null })
      return
    }
    this.#held.push(text)
    this.#heldLength += text.length
    if (isOpen && isOdd) this.#close()
    else if (this.#heldLength > MAX_RECORD_LENGTH) this.#breakOff()
  }

  #close(): void {
    const text = withoutReturn(this.#held.join('\n'))
    const cells = readRecord(text, this.#delimiter)
    if (!cells) {
      this.#breakOff()
      return
    }
    this.#found.push({ line: this.#line - this.#held.length + 1, text, cells })
    this.#held = []
    this.#heldLength = 0
  }

  /** Ends the first held line as a record of its own, and processes the lines after it again. */
  #breakOff(): void {
    const [first = '', ...others] = this.#held
    const line = this.#line - this.#held.length + 1
    const text = withoutReturn(first)
    this.#found.push({ line, text, cells: readRecord(text, this.#delimiter) })
    this.#held = []
    this.#heldLength = 0
    this.#line = line
    for (const other of others) this.#take(other)
  }

  #give(): CsvRecord[] {
    const found = this.#found
    this.#found = []
    return parseCells(found, this.#delimiter)
  }
}

/** Copies a slice, so that the text it was cut from can be garbage collected. */
export const detachedCopy = (text: string): string => Buffer.from(text).toString()

const withoutReturn = (text: string): string => (text.endsWith('\r') ? text.slice(0, -1) : text)

const parseCsv = (text: string, delimiter: string) => Papa.parse<string[]>(text, { delimiter, newline: '\n' })

function readRecord(text: string, delimiter: string): string[] | null {
  const { data, errors } = parseCsv(text, delimiter)
  return errors.length === 0 && data.length === 1 ? data[0]! : null
}

/** Parses all plain records in one call, which is much faster; one by one if the number of rows differs. */
function parseCells(records: CsvRecord[], delimiter: string): CsvRecord[] {
  const plain = records.filter(({ cells, isTooLong }) => cells === null && !isTooLong)
  const { data, errors } = parseCsv(plain.map(({ text }) => text).join('\n'), delimiter)
  const isOneRowPerRecord = errors.length === 0 && data.length === plain.length
  for (const [i, record] of plain.entries()) {
    record.cells = isOneRowPerRecord ? data[i]! : readRecord(record.text, delimiter)
  }
  return records
}

/** The delimiter of a file with this head: comma, semicolon or tab. */
export function detectDelimiter(head: string): string {
  const unquoted = head.replace(/"[^"]*"/g, '')
  const count = (sign: string) => unquoted.split(sign).length
  return [',', ';', '\t'].reduce((best, sign) => (count(sign) > count(best) ? sign : best))
}

/** One line, with its line end. */
export const csvLine = (cells: readonly string[], delimiter = ','): string =>
  `${Papa.unparse([cells as string[]], { delimiter, newline: '\n' })}\n`

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
