const ELLIPSIS = '…'

// Two joiners stay: Persian words and family emoji are written with them.
const INVISIBLE = /[\p{Cf}--[\u200c\u200d]]|\p{Noncharacter_Code_Point}/gv

/** Without controls, text direction overrides, invisible characters and lone surrogates; blanks at both ends stay. */
export const visibleText = (text: string): string =>
  text
    .toWellFormed()
    .replace(INVISIBLE, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')

/** Foreign text on one line: without controls, text direction overrides, invisible characters and lone surrogates. */
export const oneLine = (text: string): string => visibleText(text).trim()

/** At most `most` UTF-16 units, cut between words where that costs less than half, with an ellipsis. */
export function truncateAtWord(text: string, maxLength: number, ellipsis = ELLIPSIS): string {
  if (text.length <= maxLength) return text
  const room = Math.max(0, maxLength - ellipsis.length)
  const head = text.slice(0, room)
  const blank = text[room] === ' ' ? room : head.lastIndexOf(' ')
  const kept = blank > room / 2 ? head.slice(0, blank) : head.replace(/[\ud800-\udbff]$/, '')
  return kept.replace(/[\s,;:.-]+$/, '') + ellipsis
}

/**
 * ASCII on one line, for header fields: accents go, what has no ASCII letter goes. Also without quotes and
 * encoded-word openings, which would make a mail library encode the whole field.
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
 * A stranger's text that no mail client makes a link of: blanks stand after dots, around @ and inside ://.
 */
export const withoutLinks = (text: string): string =>
  oneLine(
    oneLine(text)
      .normalize('NFKC')
      .replaceAll('://', ': // ')
      .replace(/[.\u3002\uff61]/g, '$& ')
      .replaceAll('@', ' @ '),
  )
