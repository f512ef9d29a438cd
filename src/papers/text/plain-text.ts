import { cleaned } from './cleaned.ts'
import { mathText } from './math-text.ts'
import { withoutStrayBraces } from './stray-braces.ts'
import { textOfTex } from './tex-text.ts'

/**
 * What a source wrote, TeX and all, as Unicode text on one line: NFKC (raised and lowered signs stay), white space
 * collapsed, no control, zero-width or bidi characters. Never throws: what cannot be read as TeX stays as it is.
 */
export function plainText(source: string): string {
  const clean = cleaned(source)
  return isTex(clean) ? textOfTex(clean, mathText) : withoutStrayBraces(clean)
}

/** Without a dollar and a backslash, dashes, quotes, ~ and ^2 stand as somebody typed them. */
export const isTex = (clean: string): boolean => /[$\\]/.test(clean)
