import { mathToText } from './math-to-text.ts'
import { normalizeText } from './normalize-text.ts'
import { withoutStrayBraces } from './stray-braces.ts'
import { texToText } from './tex-to-text.ts'

/**
 * What a source wrote, TeX and all, as Unicode text on one line: NFKC (raised and lowered signs stay), white space
 * collapsed, no control, zero-width or bidi characters. Never throws: what cannot be read as TeX stays as it is.
 */
export function plainText(source: string): string {
  const clean = normalizeText(source)
  return isTex(clean) ? texToText(clean, mathToText) : typeset(withoutStrayBraces(clean))
}

/** What only TeX writes: ``quotes'' in pairs, and -- between words. */
const typeset = (text: string): string =>
  text
    .replace(/``([^`']{1,500})''/g, '“$1”')
    .replace(/(?<= )--(?= )/g, '–')
    .replace(/(?<= )---(?= )/g, '—')

/** Without a dollar and a backslash, other dashes and quotes, ~ and ^2 stay as somebody typed them. */
export const isTex = (clean: string): boolean => /[$\\]/.test(clean)
