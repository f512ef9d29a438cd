const ELLIPSIS = '…'

// Keeps the two joiners (ZWNJ, ZWJ), which Persian words and family emoji need.
const INVISIBLE = /[\p{Cf}--[\u200c\u200d]]|\p{Noncharacter_Code_Point}/gv

// Most texts have nothing of this kind.
const TO_CLEAN = /[^ -~]| {2}/

/** Removes controls, text direction overrides, invisible characters and lone surrogates; keeps blanks at both ends. */
export const visibleText = (text: string): string =>
  TO_CLEAN.test(text)
    ? text
        .toWellFormed()
        .replace(INVISIBLE, '')
        .replace(/[\s\p{Cc}]+/gu, ' ')
    : text

/** Foreign text on one line, without controls, direction overrides, invisible characters and lone surrogates. */
export const oneLine = (text: string): string => visibleText(text).trim()

/** Up to `maxLength` UTF-16 units, with an ellipsis; cut between words if that costs less than half. */
export function truncateAtWord(text: string, maxLength: number, ellipsis = ELLIPSIS): string {
  if (text.length <= maxLength) return text
  const room = Math.max(0, maxLength - ellipsis.length)
  const head = text.slice(0, room)
  const blank = text[room] === ' ' ? room : head.lastIndexOf(' ')
  const kept = blank > room / 2 ? head.slice(0, blank) : head.replace(/[\ud800-\udbff]$/, '')
  return kept.replace(/[\s,;:.·…-]+$/, '') + ellipsis
}

/**
 * Text in any script on one line, for a subject. Dashes, apostrophes and ellipses are ASCII, so that a subject in English
 * is readable in the raw header. Also removes quotes and encoded-word openings, which would make nodemailer encode the
 * whole field.
 */
export function subjectText(text: string, maxLength: number): string {
  const plain = text
    .normalize('NFC')
    .replace(/[\u2010-\u2015]/g, '-')
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/…/g, '...')
    .replace(/["\u201c-\u201f\\<>]/g, '')
    .replace(/=\?/g, '= ?')
  return truncateAtWord(oneLine(plain), maxLength, '...')
}

/** As a subject, but in ASCII: without accents, and without characters that have no ASCII letter. */
export const asciiLine = (text: string, maxLength: number): string =>
  subjectText(
    text.normalize('NFKD').replace(/[^\x20-\x7e\u2010-\u2019…]+/g, (other) => (/\s/.test(other) ? ' ' : '')),
    maxLength,
  )

/**
 * A stranger's text without anything that a mail client turns into a link: adds blanks after dots, around @ and inside
 * "://".
 */
export const withoutLinks = (text: string): string =>
  oneLine(
    oneLine(text)
      .normalize('NFKC')
      .replaceAll('://', ': // ')
      .replace(/[.\u3002\uff61]/g, '$& ')
      .replaceAll('@', ' @ '),
  )

// With its line break, such a line fits the 76 columns of quoted-printable, so that the raw email is readable too.
const COLUMNS = 74

const NARROW = /^[\0-\u10ff]*$/
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u

const widthOf = (text: string): number =>
  NARROW.test(text)
    ? text.length
    : Array.from(text).reduce((width, character) => width + (WIDE.test(character) ? 2 : 1), 0)

/** Wraps text at 74 columns. Lines begin with `indent`, the first with `first`; a wider word is broken. */
export function wrap(text: string, indent = '', first = indent): string {
  const maxWidth = COLUMNS - indent.length
  const widthIn = NARROW.test(text) ? ({ length }: string) => length : widthOf
  const fitting = (word: string) => (widthIn(word) > maxWidth ? splitWord(word, maxWidth) : word)
  const lines: string[] = []
  let line = ''
  let width = 0
  for (const word of text.split(' ').flatMap(fitting)) {
    const wordWidth = widthIn(word)
    if (line && width + 1 + wordWidth > maxWidth) {
      lines.push(line)
      line = word
      width = wordWidth
    } else {
      width += line ? 1 + wordWidth : wordWidth
      line = line ? `${line} ${word}` : word
    }
  }
  lines.push(line)
  return lines.map((one, i) => (i === 0 ? first : indent) + one).join('\n')
}

function splitWord(word: string, maxWidth: number): string[] {
  const all: string[] = []
  let piece = ''
  for (const character of word) {
    if (widthOf(piece) + widthOf(character) > maxWidth) {
      all.push(piece)
      piece = ''
    }
    piece += character
  }
  return [...all, piece]
}
