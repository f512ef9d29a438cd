import { subscript, superscript } from './superscript.ts'

const SCRIPT = String.raw`(?<mark>[\^_])\{(?<script>[^\s{}]{1,20})\}`
const SIGN = String.raw`(?<=[\p{L}\p{N}])\{(?<sign>[^\w\s{}])\}(?=[\p{L}\p{N}])`
const LETTER = String.raw`\{(?<letter>[\u00c0-\u024f])\}`
const ADDRESS = String.raw`(?<address>https?://[^\s{}]{1,2000})\{[^{}]{0,2000}\}`
const STRAY = new RegExp([ADDRESS, SCRIPT, SIGN, LETTER].join('|'), 'gu')

/**
 * Removes braces that are left if a source drops dollars and backslashes from TeX, and that people do not type:
 * 10^{19}, 1{,}182, mod{è}le.
 */
export function withoutStrayBraces(text: string): string {
  if (!text.includes('{')) return text
  return text.replace(STRAY, (_whole, ...rest) => {
    const { mark, script = '', sign, letter, address } = rest.at(-1) as Record<string, string | undefined>
    if (mark) return mark === '^' ? superscript(script) : subscript(script)
    return address ?? sign ?? letter ?? ''
  })
}
