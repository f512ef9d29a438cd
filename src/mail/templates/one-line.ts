const ELLIPSIS = '…'

// Keeps the two joiners (ZWNJ, ZWJ), which Persian words and family emoji need.
const INVISIBLE = /[\p{Cf}--[\u200c\u200d]]|\p{Noncharacter_Code_Point}/gv

/** Removes controls, text direction overrides, invisible characters and lone surrogates; keeps blanks at both ends. */
export const visibleText = (text: string): string =>
  text
    .toWellFormed()
    .replace(INVISIBLE, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')

/** Foreign text on one line, without controls, direction overrides, invisible characters and lone surrogates. */
export const oneLine = (text: string): string => visibleText(text).trim()

/** Up to `maxLength` UTF-16 units, with an ellipsis; cut between words if that costs less than half. */
export function truncateAtWord(text: string, maxLength: number, ellipsis = ELLIPSIS): string {
  if (text.length <= maxLength) return text
  const room = Math.max(0, maxLength - ellipsis.length)
  const head = text.slice(0, room)
  const blank = text[room] === ' ' ? room : head.lastIndexOf(' ')
  const kept = blank > room / 2 ? head.slice(0, blank) : head.replace(/[\ud800-\udbff]$/, '')
  return kept.replace(/[\s,;:.-]+$/, '') + ellipsis
}

/**
 * ASCII on one line, for header fields: removes accents, and characters without an ASCII letter. Also removes quotes
 * and encoded-word openings, which would make nodemailer encode the whole field.
 */
export function asciiLine(text: string, maxLength: number): string {
  const ascii = text
    .normalize('NFKD')
    .replace(/[\u2010-\u2015]/g, '-')
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/…/g, '...')
    .replace(/[^\x20-\x7e]+/g, (other) => (/\s/.test(other) ? ' ' : ''))
    .replace(/["\\<>]/g, '')
    .replace(/=\?/g, '= ?')
  return truncateAtWord(oneLine(ascii), maxLength, '...')
}

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
