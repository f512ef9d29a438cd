import { memoize } from '../../core/memoize.ts'

const MAX_LINE_LENGTH = 76
const TO_ENCODE = /[^\n -<>-~]+/g
/** Parts of a long line, with room for "=". None ends within an encoded byte. */
const PARTS = /.{1,75}(?<!=.?)/g

/** Text as quoted-printable in UTF-8 (RFC 2045, 6.7), in lines of up to 76 characters that end with CRLF. */
export const quotedPrintable = (text: string): string =>
  text
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(TO_ENCODE, encoded)
    .split('\n')
    .map(foldedLine)
    .join('\r\n')

// A text has the same few characters again and again.
const encoded = memoize((text: string): string => encodeURIComponent(text).replaceAll('%', '='), 1000)

function foldedLine(line: string): string {
  const safe = line.endsWith(' ') ? `${line.slice(0, -1)}=20` : line
  return safe.length > MAX_LINE_LENGTH ? safe.match(PARTS)!.join('=\r\n') : safe
}
