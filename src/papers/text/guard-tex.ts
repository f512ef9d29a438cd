// TeX would curl straight quotes. Until the end, private-use characters replace them.
const STRAIGHT_QUOTE = '\ue000'
const STRAIGHT_APOSTROPHE = '\ue002'

export const withStraightQuotes = (text: string): string =>
  text.replaceAll(STRAIGHT_QUOTE, '"').replaceAll(STRAIGHT_APOSTROPHE, "'")

// A ~ between words is a non-breaking space in TeX. In ~10x and https://example.org/~me it is a literal ~.
const TIE = String.raw`(?<tie>(?<=[\p{L}\p{N}.,)}$])~(?=[\p{L}\p{N}\\($]))`
const ADDRESS = String.raw`(?<address>https?://[^\s{}\\$]+)(?:\{[^{}]*\})?`
const POSSESSIVE = String.raw`(?<possessive>\\'(?=s\b))`
// An apostrophe is unchanged, as in a text without TeX, unless it closes a \` quote.
const APOSTROPHE = String.raw`''|(?<apostrophe>(?<!\x60[^\x60']{0,200})')`
const SIGN = String.raw`\\?(?<sign>[$%&#])|(?<tilde>~)|(?<quote>")`
const ESCAPE = String.raw`\\[\s\S]`
// Dollars enclose math if the content begins with a command, contains \ ^ _ { }, or closes as in TeX: right after a
// character, with no digit following. Amounts of money are not math: $5-$6, $5 and $6, $60 a month (50$).
const FORMULA = String.raw`\\[^$]*\$|[^$\s\d\\^_{}][^$\s\\^_{}]{0,29}\$|(?!\d[^$\\]*\s\p{L}{2})[^$\\^_{}]*[\\^_{}][^$]*\$(?!\d)`
const PLAIN_FORMULA = String.raw`(?!\s|\d[^$]*\s\p{L}{2})[^$\\^_{}]{1,200}(?<![\s(])\$(?!\d)`
const INLINE = String.raw`(?<inline>\$(?:${FORMULA}|${PLAIN_FORMULA}))`
const MATH = String.raw`${INLINE}|(?<math>\$\$[^$]+\$\$|\\\(.{0,1500}?\\\)|\\\[.{0,1500}?\\\])`
const DISPLAYED = String.raw`\\begin\{(?:align|equation|eqnarray|gather|multline)\*?\}.{0,1500}?\\end\{`
const SCRIPT = String.raw`(?<script>[\^_]\{[^{}$]*\}|\^[\p{L}\p{N}])`
const WORD_SCRIPT = String.raw`\\text(?<level>super|sub)script\{(?<words>[^{}$\\%#&~_^]*)\}`
const CODE = String.raw`(?:\$\\unicode\{x(?<code>[\da-f]{4})\}\$|\\unicode\{x(?<code2>[\da-f]{4})\})`
const SET = String.raw`(?<=[=∈\s])\{(?<set>[\w.]{1,3}(?:, ?[\w.]{1,3})+)\}`
const GUARDED = new RegExp(
  [ADDRESS, POSSESSIVE, CODE, WORD_SCRIPT, DISPLAYED, MATH, SCRIPT, TIE, APOSTROPHE, SET, SIGN, ESCAPE].join(
    '|',
  ),
  'gu',
)

/** Protects characters that TeX would interpret but titles mean literally: 100% of tokens, A & B, #1, $5, {0, 1}. */
export function guardTex(text: string): string {
  return balanced(text).replace(GUARDED, (whole, ...rest) => {
    const found = rest.at(-1) as Record<string, string | undefined>
    if (found.address) return found.address.replace(/[%&#~]/g, literal)
    // The parser would read the dollars of two adjacent formulas as a displayed formula.
    if (found.inline) return `${withoutComments(found.inline)}{}`
    if (found.math) return withoutComments(found.math)
    if (found.possessive || found.apostrophe) return STRAIGHT_APOSTROPHE
    if (found.quote) return STRAIGHT_QUOTE
    if (found.script) return `\${}${found.script}$`
    if (found.level) return `\${}${found.level === 'sub' ? '_' : '^'}{\\text{${found.words}}}$`
    const code = found.code ?? found.code2
    if (code) return String.fromCodePoint(Number.parseInt(code, 16))
    if (found.tie) return ' '
    if (found.set) return `\\{${found.set}\\}`
    const sign = found.sign ?? found.tilde
    return sign ? literal(sign) : whole
  })
}

/** In an abstract, a bare % is a percent sign. */
const withoutComments = (math: string): string => math.replace(/(?<!\\)%/g, '\\%')

// Add braces, because the parser treats the blank after \% as part of it.
const literal = (sign: string): string => (sign === '~' ? '$\\sim$' : `{\\${sign}}`)

/**
 * Balances braces: closes an unclosed one at once, so that no command takes the next letter, and removes an unopened
 * one.
 */
function balanced(text: string): string {
  const open: number[] = []
  const stray = new Set<number>()
  for (const { 0: sign, index } of text.matchAll(/\\[\s\S]|[{}]/g)) {
    if (sign === '{') open.push(index)
    else if (sign === '}' && open.pop() === undefined) stray.add(index)
  }
  for (const index of open) stray.add(index)
  return text.replace(/\\[\s\S]|[{}]/g, (sign, index) =>
    stray.has(index) ? (sign === '{' ? '{}' : '') : sign,
  )
}
