// Papa reads and writes cells; which lines belong to one record is told here, so that a quote that nobody closed costs
// its own line and not the rest of the file.
import Papa from 'papaparse'

/** A line of a CSV file, or several where a quoted cell holds line breaks. */
export interface CsvRecord {
  /** Of its first line, from 1. */
  line: number
  text: string
  /** Null where the quotes do not add up, and where it is too long. */
  cells: string[] | null
  /** A line above MAX_RECORD_LENGTH, of which `text` is the beginning. */
  isTooLong?: true
}

/** In UTF-16 units. */
export const MAX_RECORD_LENGTH = 64 * 1024
const EXCERPT_LENGTH = 200

// C0 and DEL, without the tab and line ends that a cell may hold.
const CONTROL = /[^\P{Cc}\t\n\r\x80-\x9f]/u

/** The first control character of a text as "U+0000"; null if there is none. */
export function controlCharacterIn(text: string): string | null {
  const code = CONTROL.exec(text)?.[0].charCodeAt(0)
  return code === undefined ? null : `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
}

const hasOddQuotes = (text: string): boolean => {
  let odd = false
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) odd = !odd
  return odd
}

/** Cuts text that comes in pieces into records. Blank lines are none. Give it each piece, then `end`. */
export class CsvReader {
  readonly #delimiter: string
  #rest = ''
  #line = 0
  /** Until the end of a line that was refused before it. */
  #isSkipping = false
  #held: string[] = []
  #heldLength = 0
  #found: CsvRecord[] = []

  constructor(delimiter: string) {
    this.#delimiter = delimiter
  }

  /** The records that this piece ends. */
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

  /** No quote that was open before it reaches into it or beyond. */
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

  /** The first line that is held stands alone, and those after it are looked at anew. */
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

/** A slice keeps all of the text that it was cut from in memory; this does not. */
export const detachedCopy = (text: string): string => Buffer.from(text).toString()

const withoutReturn = (text: string): string => (text.endsWith('\r') ? text.slice(0, -1) : text)

const parseCsv = (text: string, delimiter: string) => Papa.parse<string[]>(text, { delimiter, newline: '\n' })

function readRecord(text: string, delimiter: string): string[] | null {
  const { data, errors } = parseCsv(text, delimiter)
  return errors.length === 0 && data.length === 1 ? data[0]! : null
}

/** All of one line at once, which is much faster; one by one where that does not come out even. */
function parseCells(records: CsvRecord[], delimiter: string): CsvRecord[] {
  const plain = records.filter(({ cells, isTooLong }) => cells === null && !isTooLong)
  const { data, errors } = parseCsv(plain.map(({ text }) => text).join('\n'), delimiter)
  const isOneRowPerRecord = errors.length === 0 && data.length === plain.length
  for (const [i, record] of plain.entries()) {
    record.cells = isOneRowPerRecord ? data[i]! : readRecord(record.text, delimiter)
  }
  return records
}

/** The sign that parts the cells of a file with this head: comma, semicolon or tab. */
export function detectDelimiter(head: string): string {
  const unquoted = head.replace(/"[^"]*"/g, '')
  const count = (sign: string) => unquoted.split(sign).length
  return [',', ';', '\t'].reduce((best, sign) => (count(sign) > count(best) ? sign : best))
}

/** One line, with its end. */
export const csvLine = (cells: readonly string[], delimiter = ','): string =>
  `${Papa.unparse([cells as string[]], { delimiter, newline: '\n' })}\n`

// What a spreadsheet would run as a formula (with a Japanese locale, full-width signs too), and what looks guarded.
const FORMULA = /^'*(?:\s*[=+\-@＝＋－＠]|[\t\r])/

/** A cell that no spreadsheet runs; `unescapeFormula` gives back what it was. */
export const escapeFormula = (cell: string): string => (FORMULA.test(cell) ? `'${cell}` : cell)

export const unescapeFormula = (cell: string): string =>
  cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell

/**
 * Decodes bytes that come in pieces: UTF-8, or UTF-16 that says so at its start. Bytes that are none become U+FFFD.
 * Where lines end with a lone return, as they once did, they end as everywhere.
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
