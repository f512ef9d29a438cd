/** What a layout needs of a face: which letters it has, and how wide a text is. */
export interface FontFace {
  has(letter: string): boolean
  /** In multiples of the font size, without kerning. */
  widthOf(text: string): number
}

/** The faces of a TrueType collection, in its order. Throws for any other file. */
export function readFaces(file: Buffer): FontFace[] {
  if (tagAt(file, 0) !== 'ttcf') throw new Error('not a TrueType collection')
  return Array.from({ length: file.readUInt32BE(8) }, (_, n) => readFace(file, file.readUInt32BE(12 + 4 * n)))
}

const tagAt = (file: Buffer, at: number): string => file.toString('latin1', at, at + 4)

function readFace(file: Buffer, at: number): FontFace {
  const tables = new Map<string, number>()
  for (let n = 0; n < file.readUInt16BE(at + 4); n++) {
    const entry = at + 12 + 16 * n
    tables.set(tagAt(file, entry), file.readUInt32BE(entry + 8))
  }
  const unitsPerEm = file.readUInt16BE(tables.get('head')! + 18)
  const lastWidth = file.readUInt16BE(tables.get('hhea')! + 34) - 1
  const widths = tables.get('hmtx')!
  const glyphs = readGlyphs(file, tables.get('cmap')!)
  const widthOfGlyph = (glyph: number) => file.readUInt16BE(widths + 4 * Math.min(glyph, lastWidth))
  return {
    has: (letter) => glyphs.has(letter.codePointAt(0)!),
    widthOf(text) {
      let units = 0
      for (const letter of text) units += widthOfGlyph(glyphs.get(letter.codePointAt(0)!) ?? 0)
      return units / unitsPerEm
    },
  }
}

/** The glyph of each code point up to U+FFFF: https://learn.microsoft.com/typography/opentype/spec/cmap#format-4 */
function readGlyphs(file: Buffer, cmap: number): Map<number, number> {
  const subtables = Array.from(
    { length: file.readUInt16BE(cmap + 2) },
    (_, n) => cmap + file.readUInt32BE(cmap + 8 + 8 * n),
  )
  const at = subtables.find((subtable) => file.readUInt16BE(subtable) === 4)
  if (at === undefined) throw new Error('a face without a table of letters in format 4')
  const size = file.readUInt16BE(at + 6)
  const [ends, starts] = [at + 14, at + 16 + size]
  const [deltas, offsets] = [starts + size, starts + 2 * size]
  const glyphs = new Map<number, number>()
  for (let segment = 0; segment < size; segment += 2) {
    const start = file.readUInt16BE(starts + segment)
    const delta = file.readUInt16BE(deltas + segment)
    const offset = file.readUInt16BE(offsets + segment)
    for (let code = start; code <= file.readUInt16BE(ends + segment) && code < 0xffff; code++) {
      const listed = offset && file.readUInt16BE(offsets + segment + offset + 2 * (code - start))
      const glyph = offset && !listed ? 0 : ((offset ? listed : code) + delta) & 0xffff
      if (glyph) glyphs.set(code, glyph)
    }
  }
  return glyphs
}
