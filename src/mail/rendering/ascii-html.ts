const NAMED: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

const reference = (character: string): string => `&#${character.codePointAt(0)};`

/** A value for HTML text or a quoted attribute, in ASCII. */
export const escapeToAscii = (value: unknown): string =>
  String(value).replace(/[^\0-\x7f]|["&'<>]/gu, (character) => NAMED[character] ?? reference(character))

/** HTML with character references for what is not ASCII; not for HTML with such characters within <style>. */
export const asciiHtml = (html: string): string => html.replace(/[^\0-\x7f]/gu, reference)

/** In bytes. RFC 5322 allows 998; the rest is for links that are filled in later. */
const MAX_LINE_LENGTH = 800
/** Shows nothing, and does not part the word. */
const BREAK_IN_WORD = '<!--\n-->'

/**
 * ASCII HTML whose long lines are broken between words and never within a tag. A word that is too
 * long for a line, as in Japanese, which has no blanks, is broken within a comment.
 */
export function foldLongLines(html: string): string {
  if (!hasLongLine(html)) return html
  return html
    .split('\n')
    .map((line) => (line.length > MAX_LINE_LENGTH ? foldLine(line) : line))
    .join('\n')
}

function hasLongLine(html: string): boolean {
  let start = 0
  for (let end = html.indexOf('\n'); end >= 0; end = html.indexOf('\n', start)) {
    if (end - start > MAX_LINE_LENGTH) return true
    start = end + 1
  }
  return html.length - start > MAX_LINE_LENGTH
}

/** A word with its tags and the blank after it. */
const WORDS = /(?:<[^>]*>|[^< ])+ ?| /g
const TAGS_AND_CHARACTERS = /<[^>]*>|&[^;]*;|[^<&]/g

function foldLine(line: string): string {
  const words = line.match(WORDS)!.map((word) => (word.length > MAX_LINE_LENGTH ? foldWord(word) : word))
  return filledLines(words, '\n')
}

const foldWord = (word: string): string => filledLines(word.match(TAGS_AND_CHARACTERS)!, BREAK_IN_WORD)

/** Joins pieces to lines of up to the maximum length. */
function filledLines(pieces: readonly string[], lineBreak: string): string {
  let lines = ''
  let width = 0
  for (const piece of pieces) {
    const breaks = width > 0 && width + piece.length > MAX_LINE_LENGTH
    lines += breaks ? lineBreak + piece : piece
    width = piece.length + (breaks ? 0 : width)
  }
  return lines
}
