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
  const lines: string[] = []
  let line = ''
  let width = 0
  for (const word of text.split(' ').flatMap((word) => splitWord(word, maxWidth))) {
    const wordWidth = widthOf(word)
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
  if (widthOf(word) <= maxWidth) return [word]
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
