/** What is in quotes, else one sign, be it a bracket. */
export const PIECES = /["“”„][^"“”„]*["“”„]|«[^«»]*»|[\s\S]/gu

export const isOpening = (piece: string): boolean => /^[(（]$/.test(piece)
export const isClosing = (piece: string): boolean => /^[)）]$/.test(piece)

/** A text of the same length without what stands in quotes and brackets. */
export function outsideGroups(text: string): string {
  let depth = 0
  let outside = ''
  for (const [piece] of text.matchAll(PIECES)) {
    if (isOpening(piece)) depth++
    outside += depth > 0 || piece.length > 1 ? '_'.repeat(piece.length) : piece
    if (isClosing(piece)) depth = Math.max(0, depth - 1)
  }
  return outside
}
