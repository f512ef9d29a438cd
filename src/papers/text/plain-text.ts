import { mathToText, subscript, superscript } from './math-to-text.ts'
import { normalizeText, texToText } from './tex-to-text.ts'

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

const SCRIPT = String.raw`(?<mark>[\^_])\{(?<script>[^\s{}]{1,20})\}`
const SIGN = String.raw`(?<=[\p{L}\p{N}])\{(?<sign>[^\w\s{}])\}(?=[\p{L}\p{N}])`
const LETTER = String.raw`\{(?<letter>[\u00c0-\u024f])\}`
const ADDRESS = String.raw`(?<address>https?://[^\s{}]{1,2000})\{[^{}]{0,2000}\}`
const STRAY = new RegExp([ADDRESS, SCRIPT, SIGN, LETTER].join('|'), 'gu')

/**
 * Removes braces that are left if a source drops dollars and backslashes from TeX, and that people do not type:
 * 10^{19}, 1{,}182, mod{è}le.
 */
function withoutStrayBraces(text: string): string {
  if (!text.includes('{')) return text
  return text.replace(STRAY, (_whole, ...rest) => {
    const { mark, script = '', sign, letter, address } = rest.at(-1) as Record<string, string | undefined>
    if (mark) return mark === '^' ? superscript(script) : subscript(script)
    return address ?? sign ?? letter ?? ''
  })
}
