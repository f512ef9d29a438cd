import type { FontFace } from './font-faces.ts'

interface Box {
  face: FontFace
  /** In pixels, as the width. */
  size: number
  width: number
  maxLines: number
}

const ELLIPSIS = '…'

/** Lines of about the same width that fit into a box; a text that is too long ends in an ellipsis. */
export function breakLines(text: string, { face, size, width, maxLines }: Box): string[] {
  const em = width / size
  const lines = fill(text, face, em)
  if (lines.length > maxLines) {
    const last = lines.slice(maxLines - 1).join(' ')
    return [...lines.slice(0, maxLines - 1), cutToFit(last, face, em)]
  }
  let [narrow, wide] = [em / 2, em]
  while (wide - narrow > 0.05) {
    const middle = (narrow + wide) / 2
    if (fill(text, face, middle).length > lines.length) narrow = middle
    else wide = middle
  }
  return fill(text, face, wide)
}

/** A text that fits into a width in ems: whole, or with an ellipsis after a word or, if the first one is too long, a letter. */
export function cutToFit(text: string, face: FontFace, em: number): string {
  if (face.widthOf(text) <= em) return text
  const fits = (part: string) => face.widthOf(part + ELLIPSIS) <= em
  const words = text.split(' ')
  while (words.length > 1 && !fits(words.join(' '))) words.pop()
  const letters = Array.from(words.join(' ').replace(/[\s,;:.–—-]+$/, ''))
  while (letters.length > 0 && !fits(letters.join(''))) letters.pop()
  return letters.join('') + ELLIPSIS
}

/** As many words in each line as fit; a word that is longer than a line is broken. */
function fill(text: string, face: FontFace, em: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ').flatMap((word) => pieces(word, face, em))) {
    const longer = line ? `${line} ${word}` : word
    if (line && face.widthOf(longer) > em) {
      lines.push(line)
      line = word
    } else line = longer
  }
  return line ? [...lines, line] : lines
}

function pieces(word: string, face: FontFace, em: number): string[] {
  if (face.widthOf(word) <= em) return [word]
  const all: string[] = []
  let piece = ''
  for (const letter of word) {
    if (piece && face.widthOf(piece + letter) > em) {
      all.push(piece)
      piece = ''
    }
    piece += letter
  }
  return [...all, piece]
}
