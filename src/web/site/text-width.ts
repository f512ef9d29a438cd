// Shares of the font's size, a little more than in the widest fonts of the style sheet.
const NARROW = /[fijlrtI.,:;'’|!()[\]\s-]/
const WIDE = /[mwMW@%★]/
const CAPITAL = /[\p{Lu}\p{Nd}]/u

/** About how wide a line of text is, in pixels. The text may be narrower, and is rarely wider. */
function textWidth(text: string, fontSize: number): number {
  const shares = [...text].map((character) => {
    if (NARROW.test(character)) return 0.36
    if (WIDE.test(character)) return 0.94
    return CAPITAL.test(character) ? 0.68 : 0.58
  })
  return fontSize * shares.reduce((sum, share) => sum + share, 0)
}

/**
 * The first texts that fit whole into the rest of a line; a long one is skipped. `gap`: before each, and
 * between the texts that are already on the line.
 */
export function fittingTexts<T extends { text: string }>(
  texts: readonly T[],
  before: readonly { text: string }[],
  { width, fontSize, gap, most }: { width: number; fontSize: number; gap: number; most: number },
): T[] {
  const widthOf = ({ text }: { text: string }) => textWidth(text, fontSize) + gap
  let left = width + gap - before.reduce((sum, one) => sum + widthOf(one), 0)
  const fitting: T[] = []
  for (const one of texts) {
    if (fitting.length === most) break
    if (widthOf(one) > left) continue
    left -= widthOf(one)
    fitting.push(one)
  }
  return fitting
}
