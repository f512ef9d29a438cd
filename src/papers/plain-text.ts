import { expandUnicodeLigatures } from '@unified-latex/unified-latex-util-ligatures'
import { parse } from '@unified-latex/unified-latex-util-parse'
import { printRaw } from '@unified-latex/unified-latex-util-print-raw'
import { mathText } from './math-text.ts'

type Node = ReturnType<typeof parse>['content'][number]
type Macro = Extract<Node, { type: 'macro' }>

const LONGEST_TEX = 20_000

/**
 * What a source wrote, TeX and all, as Unicode text on one line: NFKC (raised and lowered signs stay), white space
 * collapsed, no control, zero-width or bidi characters. Never throws: what cannot be read as TeX stays as it is.
 */
export function plainText(source: string): string {
  const clean = cleaned(source)
  const simple = clean.replace(SIMPLE, (found, sign) => sign ?? SIMPLE_SIGNS.get(found))
  if (!TEX.test(simple)) return simple
  if (clean.length > LONGEST_TEX) return clean
  try {
    const tree = parse(guarded(clean))
    expandUnicodeLigatures(tree)
    return cleaned(textOf(tree.content).replaceAll(STRAIGHT_QUOTE, '"'))
  } catch {
    return clean
  }
}

// The ~ between words that TeX must not part; in ~10x and https://example.org/~me it means itself.
const TIE = String.raw`(?<=[\p{L}\p{N}.,)])~(?=[\p{L}\p{N}\\(])`
const SIMPLE = new RegExp(String.raw`\\([%&#_])|${TIE}|---?|\x60{2}|''`, 'gu')
const SIMPLE_SIGNS = new Map(Object.entries({ '~': ' ', '--': '–', '---': '—', '``': '“', "''": '”' }))
// What the parser is needed for, which takes some milliseconds.
const TEX = /[\\$^{}]/

// NFKC would make 102 of 10² and LoRATM of LoRA™. A run of some million signs would be too long for the engine.
const NORMALIZED = /[^²³¹⁰-ₜ™]{1,10000}/gu

const cleaned = (text: string): string =>
  text
    .replace(NORMALIZED, (part) => part.normalize('NFKC'))
    .replace(/[\p{Cf}\p{Cs}]/gu, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()

const ADDRESS = String.raw`(?<address>https?://[^\s{}\\$]+)(?:\{[^{}]*\})?`
const POSSESSIVE = String.raw`(?<possessive>\\'(?=s\b))`
// TeX closes with it what it did not open: until the end, a sign that no text has stands in its place.
const STRAIGHT_QUOTE = '\ue000'
const SIGN = String.raw`\\?(?<sign>[$%&#])|(?<tilde>~)|(?<quote>")`
const ESCAPE = String.raw`\\[\s\S]`
// $…$ is math when it holds no blank, or a relation, or one of \ ^ _ { }. Money is left: $5-$6, $5 and $6.
const FORMULA = String.raw`[^$\s\d\\^_{}][^$\s\\^_{}]{0,29}\$`
const LONG_FORMULA = String.raw`(?:[^$\\^_{}]*[\\^_{}][^$]*|\d[^$\s]{0,29}|(?!\s)[^$]*[=<>][^$]*(?<!\s))\$(?!\d)`
const MATH = String.raw`\$(?:${FORMULA}|${LONG_FORMULA})|\$\$[^$]+\$\$|\\\(.*?\\\)|\\\[.*?\\\]`
const SCRIPT = String.raw`(?<script>[\^_]\{[^{}$]*\}|\^[\p{L}\p{N}])`
const GUARDED = new RegExp(
  [ADDRESS, POSSESSIVE, MATH, SCRIPT, `(?<tie>${TIE})`, SIGN, ESCAPE].join('|'),
  'gu',
)

/** Guards signs that TeX would swallow and that titles mean as they stand: 100% of tokens, A & B, #1, $5. */
function guarded(text: string): string {
  return text.replace(GUARDED, (whole, ...rest) => {
    const found = rest.at(-1) as Record<string, string | undefined>
    if (found.address) return found.address.replace(/[%&#~]/g, literal)
    if (found.possessive) return "'"
    if (found.script) return `\${}${found.script}$`
    if (found.tie) return ' '
    if (found.quote) return STRAIGHT_QUOTE
    const sign = found.sign ?? found.tilde
    return sign ? literal(sign) : whole
  })
}

// In braces, because the parser takes the blank after \% for a part of it.
const literal = (sign: string): string => (sign === '~' ? '$\\sim$' : `{\\${sign}}`)

const textOf = (nodes: Node[]): string => nodes.map((node, i) => nodeText(node, nodes[i + 1])).join('')

function nodeText(node: Node, next: Node | undefined): string {
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
      return orElse(() => mathText(printRaw(node.content)), textOf(node.content))
    case 'macro':
      return macroText(node, next)
    case 'verb':
    case 'verbatim':
      return node.content
    default:
      return textOf(node.content)
  }
}

/** Commands that say how text looks or point elsewhere; their words, if any, are no part of the sentence. */
const SILENT = new Set(
  `em it bf rm sf tt sc boldmath xspace noindent centering left right
  cite citep citet ref label footnote`.split(/\s+/),
)
const WORDS = new Map([
  ...['TeX', 'LaTeX', "'"].map((word) => [word, word] as const),
  ['deg', '°'],
  ['\\', ' '],
])
const OF_TEXT = /^(text|emph|url|href|underline|item)/

function macroText(macro: Macro, next: Node | undefined): string {
  const name = macro.content
  const word = SILENT.has(name) ? '' : WORDS.get(name)
  if (word !== undefined) return word
  const inside = textOf(macro.args?.findLast((argument) => argument.content.length > 0)?.content ?? [])
  if (OF_TEXT.test(name)) return inside
  if (!inside && next?.type === 'group' && next.content.length > 0) return ''
  return orElse(() => mathText(printRaw(macro)), inside || name)
}

function orElse(work: () => string, otherwise: string): string {
  try {
    return work()
  } catch {
    return otherwise
  }
}
