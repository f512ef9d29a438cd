/** A quoted text, one character that groups or separates, or everything up to the next of these. */
export const GROUP_PIECES = /["“”„][^"“”„]*["“”„]|«[^«»]*»|[^"“”„«()（）,;，；\n\r]+|[\s\S]/gu

export const isOpening = (piece: string): boolean => /^[(（]$/.test(piece)
export const isClosing = (piece: string): boolean => /^[)）]$/.test(piece)

const GROUP = /["“”„«(（]/
const QUOTED = /^["“”„«]./su

/** Masks the text in quotes and brackets; the length stays the same. */
export function maskGroups(text: string): string {
  if (!GROUP.test(text)) return text
  let depth = 0
  return text.replace(GROUP_PIECES, (piece) => {
    if (isOpening(piece)) depth++
    const isInside = depth > 0 || QUOTED.test(piece)
    if (isClosing(piece)) depth = Math.max(0, depth - 1)
    return isInside ? '_'.repeat(piece.length) : piece
  })
}
