import { expandUnicodeLigatures } from '@unified-latex/unified-latex-util-ligatures'
import { parse } from '@unified-latex/unified-latex-util-parse'
import { printRaw } from '@unified-latex/unified-latex-util-print-raw'
import { balanced } from './balanced-tex.ts'
import { INDEXED, SCRIPTS } from './math-to-text.ts'

type Node = ReturnType<typeof parse>['content'][number]
type Macro = Extract<Node, { type: 'macro' }>

/** Writes a formula, given without its dollars, as text; may throw. */
type WriteMath = (tex: string) => string

// Longer text, or text with more TeX characters, was not written for readers, and takes the parser a long time.
const MAX_TEX_LENGTH = 10_000
const MAX_SIGNS = 400
const MAX_DEPTH = 20
const SIGNS = /[$\\{}^_~%&#'"\x60[\]]/g
// Replaces a reference until the end. Sources never use private-use characters, here and in the other files of this
// folder.
const REFERENCE = '\ue003'
const PRIVATE = /[\ue000-\ue00f]/g

/** Converts normalized text with TeX to plain text on one line. Text that cannot be parsed as TeX is unchanged. */
export function texToText(clean: string, math: WriteMath): string {
  if (clean.length > MAX_TEX_LENGTH || (clean.match(SIGNS)?.length ?? 0) > MAX_SIGNS) return clean
  try {
    const pieces = splitTex(guardTex(clean.replace(PRIVATE, '')))
    const text = pieces.map(({ text, isTex }) => (isTex ? pieceText(text, math) : text)).join('')
    return normalizeText(withoutReferences(withStraightQuotes(text)))
  } catch {
    return clean
  }
}

function pieceText(piece: string, math: WriteMath): string {
  const tree = parse(piece)
  expandUnicodeLigatures(tree)
  return textOf(tree.content, math) + (piece.endsWith(' ') ? ' ' : '')
}

/** Removes references, and the blank before the punctuation that follows one. */
const withoutReferences = (text: string): string =>
  text.replace(/(?<!\s)\s*\ue003(?=[\ue003\s.,;:)]|$)/g, '').replaceAll(REFERENCE, '')

function textOf(nodes: Node[], math: WriteMath, depth = 0): string {
  if (depth > MAX_DEPTH) throw new RangeError('too deep')
  let isOfReference = false
  const written = nodes.map((node, i) => {
    isOfReference = isReference(node) || (isOfReference && node.type === 'group')
    return isOfReference ? (isReference(node) ? REFERENCE : '') : nodeText(node, nodes[i + 1], math, depth)
  })
  return written.join('')
}

function nodeText(node: Node, next: Node | undefined, math: WriteMath, depth: number): string {
  switch (node.type) {
    case 'string':
      return node.content
    case 'whitespace':
    case 'parbreak':
      return ' '
    case 'comment':
      return ''
    case 'inlinemath':
    case 'displaymath':
      return orElse(
        () => math(printRaw(node.content)),
        () => textOf(node.content, math, depth + 1),
      )
    case 'mathenv':
      return orElse(
        () => math(printRaw(node)),
        () => textOf(node.content, math, depth + 1),
      )
    case 'macro':
      return macroText(node, next, math, depth)
    case 'verb':
    case 'verbatim':
      return node.content
    default:
      return textOf(node.content, math, depth + 1)
  }
}

/** Commands that refer to something else: their arguments are not part of the sentence. */
const REFERENCES = /^(?:[cC]ite\w*|eqref|ref|autoref|label|footnote\w*)$/
const isReference = (node: Node): boolean => node.type === 'macro' && REFERENCES.test(node.content)

/** Commands that only change the appearance of text. */
const SILENT = new Set('em it bf rm sf tt sc boldmath xspace noindent centering left right -'.split(' '))
const WORDS = new Map([
  ['TeX', 'TeX'],
  ['LaTeX', 'LaTeX'],
  ["'", "'"],
  ['deg', '°'],
  ['\\', ' '],
])
const OF_TEXT = /^(?:text|emph|url|href|underline|item|[mhf]box|makebox|parbox)/

function macroText(macro: Macro, next: Node | undefined, math: WriteMath, depth: number): string {
  const name = macro.content
  const word = SILENT.has(name) ? '' : WORDS.get(name)
  if (word !== undefined) return word
  const inside = textOf(
    macro.args?.findLast(({ content }) => content.length > 0)?.content ?? [],
    math,
    depth + 1,
  )
  if (OF_TEXT.test(name)) return inside
  if (!inside && next?.type === 'group' && next.content.length > 0) return ''
  return orElse(
    () => math(printRaw(macro)),
    () => inside || name,
  )
}

function orElse(work: () => string, otherwise: () => string): string {
  try {
    return work()
  } catch {
    return otherwise()
  }
}

// After punctuation that ends a clause, no command waits for its argument.
const SEAM = /(?<=[.,:;!?] )/
const OPENING_OR_CLOSING = /\\(?:begin|end)\{|\\[A-Za-z]+\[|\\[\s\S]|[{}\]]|\$\$?/g
const NEEDS_PARSER = /[\\${}^_~%&#`'"]|--/

interface Open {
  groups: number
  options: number
  math: boolean
}

/** Splits a text into clauses that are balanced. Parsing takes milliseconds, and most clauses contain no TeX. */
function splitTex(text: string): { text: string; isTex: boolean }[] {
  const open: Open = { groups: 0, options: 0, math: false }
  const pieces: string[] = ['']
  for (const clause of text.split(SEAM)) {
    pieces.push(pieces.pop() + clause)
    for (const [sign] of clause.matchAll(OPENING_OR_CLOSING)) step(open, sign)
    if (open.groups === 0 && open.options === 0 && !open.math) pieces.push('')
  }
  return pieces.map((piece) => ({ text: piece, isTex: NEEDS_PARSER.test(piece) }))
}

function step(open: Open, sign: string): void {
  if (sign.startsWith('$')) open.math = !open.math
  else if (sign === ']') open.options = Math.max(0, open.options - 1)
  else if (/^\\\w+\[$/.test(sign)) open.options++
  else open.groups += GROUPS[sign] ?? 0
}

// \begin opens its environment and the brace that follows; the brace after the name closes the latter.
const GROUPS: Record<string, number> = {
  '{': 1,
  '}': -1,
  '\\(': 1,
  '\\)': -1,
  '\\[': 1,
  '\\]': -1,
  '\\begin{': 2,
  '\\end{': 0,
}

// TeX would curl straight quotes. Until the end, private-use characters replace them.
const STRAIGHT_QUOTE = '\ue000'
const STRAIGHT_APOSTROPHE = '\ue002'

const withStraightQuotes = (text: string): string =>
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
  [
    ADDRESS,
    POSSESSIVE,
    CODE,
    WORD_SCRIPT,
    DISPLAYED,
    MATH,
    SCRIPT,
    INDEXED,
    TIE,
    APOSTROPHE,
    SET,
    SIGN,
    ESCAPE,
  ].join('|'),
  'gu',
)

/** Protects characters that TeX would interpret but titles mean literally: 100% of tokens, A & B, #1, $5, {0, 1}. */
function guardTex(text: string): string {
  return balanced(text).replace(GUARDED, (whole, ...rest) => {
    const found = rest.at(-1) as Record<string, string | undefined>
    if (found.address) return found.address.replace(/[%&#~]/g, literal)
    // The parser would read the dollars of two adjacent formulas as a displayed formula.
    if (found.inline) return `${withoutComments(found.inline)}{}`
    if (found.math) return withoutComments(found.math)
    if (found.possessive || found.apostrophe) return STRAIGHT_APOSTROPHE
    if (found.quote) return STRAIGHT_QUOTE
    if (found.script) return `\${}${found.script}$`
    if (found.base) return `$\\mathrm{${found.base}}_{${found.index}}$`
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

// NFKC would turn 10² into 102 and LoRA™ into LoRATM. Runs are limited because the regex engine fails on a million
// characters.
const NORMALIZED = new RegExp(`[^${SCRIPTS}™]{1,10000}`, 'gu')

/** NFKC on one line, without invisible characters. */
export const normalizeText = (text: string): string =>
  text
    .replace(NORMALIZED, (part) => part.normalize('NFKC'))
    .replace(/[\p{Cf}\p{Cs}]/gu, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
