import { INDEXED, mathToText, subscript, superscript } from './math-to-text.ts'
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

/** Other text is not parsed: `typeset` reads what authors type in it. */
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

/** Converts what authors type as in TeX, in a text without a dollar or a backslash. URLs stay as they are. */
function typeset(text: string): string {
  if (!TYPED.test(text)) return text
  return text
    .split(URL)
    .map((part, i) => (i % 2 === 0 ? typesetPart(part) : part))
    .join('')
}

// Everything that is replaced below contains one of these.
const TYPED = /[`^_~{]|''|--|\dtimes\b/
const URL = /(https?:\/\/\S+)/

const typesetPart = (text: string): string =>
  text
    .replace(DOUBLE_QUOTES, (whole, open, inside, close) =>
      open === '"' && close === '"' ? whole : `“${inside}”`,
    )
    .replace(SINGLE_QUOTES, '‘$1’')
    .replace(/(?<=[^\s<!-])---(?=[^\s>-])|(?<= )---(?= )/g, '—')
    .replace(/(?<=[^\s<!-])--(?=[^\s>-])|(?<= )--(?= )/g, '–')
    .replace(/(?<=[^\s<!-])-- /g, ' – ')
    .replace(/(?<=\p{L}{2}[.)]?)~(?=[\p{L}\p{N}([])|(?<=\d)~(?=\p{L})/gu, ' ')
    .replace(/(?<=\d)times\b/g, '×')
    .replace(/(?<![\p{L}\p{N}_^}])\{([A-Za-z][\w-]{2,60})\}(?![\p{L}\p{N}_^{])/gu, '$1')
    .replace(RAISED, (_whole, script: string) => superscript(NAMED[script] ?? script.replace('-', '−')))
    .replace(LOWERED, (_whole, base: string, index: string) => base + subscript(index))

// “x”, also if one side is typed with straight quotes. Inside, apostrophes are single.
const DOUBLE_QUOTES = /(?<!`)(``|(?<![\p{L}\p{N}'"])(?:''|"))(?=[^`'"])((?:[^`'"]|'(?!')){1,300})(''|``|")/gu
const SINGLE_QUOTES = /(?<![\p{L}\p{N}`'])`(?=[^\s`'])((?:[^`']|'(?=\p{L})){1,200})'(?![\p{L}\p{N}'])/gu

const NAMED: Record<string, string> = { top: '⊤', star: '*' }

/** π^3, 10^-3, R^d, QK^top; not x^yz, and not 2^0.5. */
const RAISED = /(?<=[\p{L}\p{N})\]])\^(-?\d{1,3}(?![\d.]*\d)|(?:top|star|[a-zT⊤*])(?![\p{L}\p{N}]))/gu

const LOWERED = new RegExp(INDEXED, 'gu')
