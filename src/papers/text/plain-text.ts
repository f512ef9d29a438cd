import { mathToText } from './math-to-text.ts'
import { normalizeText } from './normalize-text.ts'
import { withoutStrayBraces } from './stray-braces.ts'
import { texToText } from './tex-to-text.ts'

/**
 * Converts a source's text, including TeX, to Unicode text on one line: NFKC (superscripts and subscripts stay),
 * collapsed white space, no control, zero-width or bidi characters. Never throws: text that cannot be parsed as TeX is
 * unchanged.
 */
export function plainText(source: string): string {
  const clean = normalizeText(source)
  return isTex(clean) ? texToText(clean, mathToText) : typeset(withoutStrayBraces(clean))
}

/** Converts what only TeX writes: ``quotes'' in pairs, and -- between words. */
const typeset = (text: string): string =>
  text
    .replace(/``([^`']{1,500})''/g, '“$1”')
    .replace(/(?<= )--(?= )/g, '–')
    .replace(/(?<= )---(?= )/g, '—')

/** Text without a dollar or backslash keeps its other dashes and quotes, ~ and ^2 as typed. */
export const isTex = (clean: string): boolean => /[$\\]/.test(clean)
