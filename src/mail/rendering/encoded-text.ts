import { randomBytes } from 'node:crypto'
import { encode, wrap } from 'nodemailer/lib/qp'
import { detachedCopy } from '../../core/detached-copy.ts'
import { LruCache } from '../../core/lru-cache.ts'

/** What differs between two emails with the same words: tokens of links, and the path to a topic. */
export type PlaceName = 'unsubscribe' | 'manage' | 'view' | 'topic'
export type PlaceValues = Partial<Record<PlaceName, string>>

/** Text as quoted-printable in UTF-8 (RFC 2045, 6.7), with places for the values of one email. */
export interface EncodedText {
  pieces: readonly Piece[]
  /** In bytes, with the values. */
  length: number
  /** The same without soft line breaks. */
  unbroken: number
}

/** ASCII, or the place of a value. Strings take less memory than many small buffers. */
type Piece = string | Place

/** Where a part of a value belongs; a soft line break may divide the value. */
interface Place {
  name: PlaceName
  from: number
  to: number
}

/** An encoded text with the values of one email. */
export interface FilledText {
  text: EncodedText
  values: PlaceValues
}

// In quoted-printable, the letters of base64url are written as they are, and no line breaks between them by preference.
// So the places of soft line breaks depend on the length of a value, not on its letters.
const LETTERS = randomBytes(1200).toString('base64url')
const MAX_VALUE_LENGTH = 400
const STARTS: Record<PlaceName, number> = { unsubscribe: 0, manage: 400, view: 800, topic: 1200 }

/** Values of these lengths, to render a text that is then encoded with places. */
export const placeholdersFor = (lengths: Partial<Record<PlaceName, number>>): PlaceValues =>
  Object.fromEntries(
    Object.entries(lengths).map(([name, length]) => {
      if (length > MAX_VALUE_LENGTH) throw new RangeError(`${name}: a value of ${length} characters`)
      const start = STARTS[name as PlaceName]
      return [name, LETTERS.slice(start, start + length)]
    }),
  )

export type TextEncoder = ReturnType<typeof openTextEncoder>

/** Number of encoded lines that an encoder keeps, some 500 bytes each. */
const MAX_LINES = 20_000

/**
 * A line that quoted-printable leaves as it is, but for its line break: printable ASCII without "=", no blank at the
 * end, 76 characters or fewer with CRLF.
 */
const PLAIN_LINE = /^(?:[\x20-\x3c\x3e-\x7e]{0,73}[\x21-\x3c\x3e-\x7e])?\n?$/

/** Encodes texts that were rendered with these placeholders. */
export function openTextEncoder(placeholders: PlaceValues) {
  const names = Object.keys(placeholders) as PlaceName[]
  // A soft line break may divide a placeholder anywhere.
  const spelled = (text: string) => [...text].join('(?:=\\r\\n)?')
  const anyPlace = new RegExp(names.map((name) => `(${spelled(placeholders[name]!)})`).join('|'), 'g')

  const cut = (encoded: string): EncodedText['pieces'] => {
    const pieces: Piece[] = []
    let at = 0
    for (const match of encoded.matchAll(anyPlace)) {
      pieces.push(encoded.slice(at, match.index))
      const name = names[match.slice(1).findIndex((group) => group !== undefined)]!
      let from = 0
      for (const part of match[0].split(SOFT_BREAK)) {
        if (from > 0) pieces.push(SOFT_BREAK)
        pieces.push({ name, from, to: from + part.length })
        from += part.length
      }
      at = match.index + match[0].length
    }
    return [...pieces, encoded.slice(at)]
  }

  const hasPlaces = (text: string) => names.some((name) => text.includes(placeholders[name]!))
  const whole = (text: string): EncodedText => {
    const encoded = detachedCopy(wrap(encode(text.replace(/\r\n?|\n/g, '\r\n'))))
    const pieces = hasPlaces(text) ? cut(encoded) : [encoded]
    return { pieces, length: encoded.length, unbroken: unbrokenLength(text) }
  }
  const known = new LruCache<string, EncodedText>(MAX_LINES)
  // Most lines are plain, or come again.
  const line = (text: string): EncodedText =>
    PLAIN_LINE.test(text) && !hasPlaces(text)
      ? plain(text)
      : (known.get(text) ?? known.set(detachedCopy(text), whole(text)))
  return {
    /** A text that ends with a line break, or is the end of its part. */
    lines: (text: string): EncodedText => concat(linesOf(text).map(line)),
  }
}

function plain(line: string): EncodedText {
  const encoded = line.endsWith('\n') ? `${line.slice(0, -1)}\r\n` : line
  return { pieces: [encoded], length: encoded.length, unbroken: encoded.length }
}

function linesOf(text: string): string[] {
  const lines: string[] = []
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf('\n', at) + 1 || text.length
    lines.push(text.slice(at, end))
    at = end
  }
  return lines
}

// Copies each run: a line cut from a text with other letters takes two bytes per letter.
function concat(texts: readonly EncodedText[]): EncodedText {
  const pieces: Piece[] = []
  let run: string[] = []
  for (const piece of texts.flatMap(({ pieces }) => pieces)) {
    if (typeof piece === 'string') run.push(piece)
    else {
      pieces.push(detachedCopy(run.join('')), piece)
      run = []
    }
  }
  return {
    pieces: [...pieces, detachedCopy(run.join(''))],
    length: texts.reduce((sum, { length }) => sum + length, 0),
    unbroken: texts.reduce((sum, { unbroken }) => sum + unbroken, 0),
  }
}

const SOFT_BREAK = '=\r\n'

/** Writes a text at an offset, and returns the offset after it. */
export function writeText(out: Buffer, offset: number, { text, values }: FilledText): number {
  let at = offset
  for (const piece of text.pieces) {
    const part = typeof piece === 'string' ? piece : values[piece.name]!.slice(piece.from, piece.to)
    at += out.write(part, at, 'latin1')
  }
  return at
}

const MIN_LINE_LENGTH = 50

/**
 * The maximum number of bytes of a text as quoted-printable in UTF-8. An encoder may end a line at a blank, up to 25
 * columns early.
 */
export const encodedSize = (text: string): number => withSoftBreaks(unbrokenLength(text))

/** The same for texts that are encoded already. */
export const joinedSize = (texts: readonly FilledText[]): number =>
  withSoftBreaks(texts.reduce((sum, { text }) => sum + text.unbroken, 0))

const withSoftBreaks = (unbroken: number): number =>
  unbroken + SOFT_BREAK.length * Math.ceil(unbroken / MIN_LINE_LENGTH)

/** The number of bytes of a text as quoted-printable without soft line breaks. */
function unbrokenLength(text: string): number {
  let bytes = 0
  for (let i = 0; i < text.length; i++) bytes += encodedLength(text.charCodeAt(i))
  return bytes
}

function encodedLength(unit: number): number {
  if (unit === 0x0a) return 2
  if (unit < 0x80) return unit === 0x3d || unit < 0x20 ? 3 : 1
  if (unit < 0x800) return 6
  // Each half of a surrogate pair counts for two of the pair's four bytes.
  return unit >= 0xd800 && unit <= 0xdfff ? 6 : 9
}
