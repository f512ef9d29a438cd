// TeX would bend them: until the end, signs that no text has stand in their place.
const STRAIGHT_QUOTE = '\ue000'
const STRAIGHT_APOSTROPHE = '\ue002'

export const withStraightQuotes = (text: string): string =>
  text.replaceAll(STRAIGHT_QUOTE, '"').replaceAll(STRAIGHT_APOSTROPHE, "'")

// The ~ between words that TeX must not part; in ~10x and https://example.org/~me it means itself.
const TIE = String.raw`(?<tie>(?<=[\p{L}\p{N}.,)}$])~(?=[\p{L}\p{N}\\($]))`
const ADDRESS = String.raw`(?<address>https?://[^\s{}\\$]+)(?:\{[^{}]*\})?`
const POSSESSIVE = String.raw`(?<possessive>\\'(?=s\b))`
// An apostrophe stays as it stays in a text without TeX, unless a \` opened what it closes.
const APOSTROPHE = String.raw`''|(?<apostrophe>(?<!\x60[^\x60']{0,200})')`
const SIGN = String.raw`\\?(?<sign>[$%&#])|(?<tilde>~)|(?<quote>")`
const ESCAPE = String.raw`\\[\s\S]`
// Dollars hold math when they begin with a command, hold \ ^ _ { } or close as TeX does: right after a sign, and
// with no digit behind. Money is left: $5-$6, $5 and $6, $60 a month (50$).
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

/** Guards signs that TeX would swallow and that titles mean as they stand: 100% of tokens, A & B, #1, $5, {0, 1}. */
export function guardTex(text: string): string {
  return balanced(text).replace(GUARDED, (whole, ...rest) => {
    const found = rest.at(-1) as Record<string, string | undefined>
    if (found.address) return found.address.replace(/[%&#~]/g, literal)
    // The parser would take the dollars of two formulas side by side for one that displays.
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

/** A bare % means a percent sign to whoever writes an abstract. */
const withoutComments = (math: string): string => math.replace(/(?<!\\)%/g, '\\%')

// In braces, because the parser takes the blank after \% for a part of it.
const literal = (sign: string): string => (sign === '~' ? '$\\sim$' : `{\\${sign}}`)

/** A brace that nothing closes is closed at once, so that no command takes the next letter; one that closes nothing goes. */
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
