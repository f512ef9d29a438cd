const MIN_LINE_LENGTH = 50
const SOFT_BREAK = 3

/**
 * The maximum number of bytes of a text as quoted-printable in UTF-8. An encoder may end a line at a blank, up to 25
 * columns early.
 */
export function encodedSize(text: string): number {
  let bytes = 0
  for (let i = 0; i < text.length; i++) bytes += encodedLength(text.charCodeAt(i))
  return bytes + SOFT_BREAK * Math.ceil(bytes / MIN_LINE_LENGTH)
}

function encodedLength(unit: number): number {
  if (unit === 0x0a) return 2
  if (unit < 0x80) return unit === 0x3d || unit < 0x20 ? 3 : 1
  if (unit < 0x800) return 6
  // Each half of a surrogate pair counts for two of the pair's four bytes.
  return unit >= 0xd800 && unit <= 0xdfff ? 6 : 9
}
