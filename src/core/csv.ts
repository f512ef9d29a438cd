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
 * The records of a text that arrives in pieces, without blank lines. The first line decides the delimiter. An unclosed
 * quote costs one line and not the rest of the file.
 */
export async function* readCsv(pieces: AsyncIterable<string>): AsyncGenerator<CsvRecord> {
  let split: ReturnType<typeof cellSplitter> | undefined
  let waiting: string[] = []
  let line = 1
  for await (const { lines, isEnd } of linesOf(pieces)) {
    waiting = waiting.concat(lines)
    let at = 0
    while (at < waiting.length) {
      let size = recordSize(waiting, at, isEnd)
      if (size === 0) break
      let text = joined(waiting.slice(at, at + size))
      split ??= text.trim() === '' ? undefined : cellSplitter(detectDelimiter(text))
      if (size > 1 && !split?.(text)) {
        size = 1
        text = joined(waiting.slice(at, at + 1))
      }
      if (text.length > MAX_RECORD_LENGTH)
        yield { line, text: text.slice(0, EXCERPT_LENGTH), cells: null, isTooLong: true }
      else if (text.trim() !== '') yield { line, text, cells: split!(text) }
      at += size
      line += size
    }
    waiting = waiting.slice(at)
  }
}

/** Of a line that is too long, only the beginning, with one character more than a record may have. */
async function* linesOf(pieces: AsyncIterable<string>): AsyncGenerator<{ lines: string[]; isEnd: boolean }> {
  let rest = ''
  for await (const piece of pieces) {
    const lines = (rest + piece).split('\n')
    rest = lines.pop()!.slice(0, MAX_RECORD_LENGTH + 1)
    yield { lines, isEnd: false }
  }
  yield { lines: [rest], isEnd: true }
}

const joined = (lines: readonly string[]): string => lines.join('\n').replace(/\r$/, '')

/** The number of lines until all quotes are closed, or one if they never are; 0 if further lines decide that. */
function recordSize(lines: readonly string[], from: number, isEnd: boolean): number {
  let isOpen = false
  let length = -1
  for (let size = 1; from + size <= lines.length; size++) {
    const line = lines[from + size - 1]!
    length += line.length + 1
    if (length > MAX_RECORD_LENGTH) return 1
    if (line.split('"').length % 2 === 0) isOpen = !isOpen
    if (!isOpen) return size
  }
  return isEnd ? 1 : 0
}

/** Returns null for a text in which a quoted cell does not end with its quote, or another cell has a line break. */
function cellSplitter(delimiter: string): (text: string) => string[] | null {
  const plain = `(?!")[^${delimiter}\\n]*`
  const cell = new RegExp(`(?:"([^"]*(?:""[^"]*)*)"[ \\t]*?|(${plain}))(?:${delimiter}|$)`, 'y')
  return (text) => {
    if (!text.includes('"') && !text.includes('\n')) return text.split(delimiter)
    const cells: string[] = []
    cell.lastIndex = 0
    for (;;) {
      const [match, quoted, other] = cell.exec(text) ?? []
      if (match === undefined) return null
      cells.push(quoted?.replaceAll('""', '"') ?? other!)
      if (!match.endsWith(delimiter)) return cells
    }
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
