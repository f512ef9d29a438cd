import { INDEXED, subscript, superscript } from './math-to-text.ts'

/** Converts what authors type as in TeX, in a text without a dollar or a backslash. URLs stay as they are. */
export function typeset(text: string): string {
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
