import { escapeUTF8 } from 'entities'
import { mathToText, texToMathml } from './math-to-text.ts'
import { isTex, plainText } from './plain-text.ts'
import { normalizeText, texToText } from './tex-to-text.ts'

/** A piece of a title or an abstract for a page. */
export interface PageRun {
  /** Plain text; the page must escape it. */
  text: string
  /** The text as MathML that is safe to insert unescaped, with the characters that must stay on the same line. */
  math: { before: string; mathml: string; after: string } | null
}

interface Formula {
  text: string
  mathml: string
}

// A number between two private-use characters is a placeholder for a formula until the surrounding text is read.
const RUN =
  /(?<before>[([“‘"]{0,2})\ue004(?<place>\d+)\ue004(?<after>[^\s\p{L}\p{N}\ue004([“‘]{0,3})|(?<words>[^\ue004]+?(?=[([“‘"]{0,2}\ue004|$))/gu

/** Splits a source's text into text and formulas. A formula that cannot be parsed becomes plain text. */
export function pageRuns(source: string): PageRun[] {
  const clean = normalizeText(source)
  const whole = plainText(source)
  if (!isTex(clean)) return whole ? [{ text: whole, math: null }] : []
  const formulas: Formula[] = []
  const text = texToText(clean, (tex) => {
    const { text, mathml } = formulaOf(tex)
    return mathml ? `\ue004${formulas.push({ text, mathml }) - 1}\ue004` : text
  })
  return [...text.matchAll(RUN)].flatMap(({ groups: { before, place, after, words } = {} }) => {
    const formula = formulas[Number(place)]
    return formula ? runOf(formula, before, after) : words ? [{ text: words, math: null }] : []
  })
}

const runOf = ({ text, mathml }: Formula, before = '', after = ''): PageRun[] => [
  { text: before + text + after, math: { before, mathml, after } },
]

function formulaOf(tex: string): { text: string; mathml: string | null } {
  const text = mathToText(tex)
  try {
    const mathml = pageMathml(tex, normalizeText(text))
    return { text: mathml ? normalizeText(text) : text, mathml }
  } catch {
    return { text, mathml: null }
  }
}

const ELEMENTS = new Set(
  `math mrow mi mn mo mtext mspace mpadded mstyle msub msup msubsup mover munder munderover mfrac msqrt menclose
  mtable mtr mtd mphantom`.split(/\s+/),
)
const ATTRIBUTES = new Set(
  `fence form stretchy separator symmetric movablelimits lspace rspace width height minsize maxsize linethickness
  mathvariant scriptlevel displaystyle notation display`.split(/\s+/),
)

/**
 * TeX math as MathML with only the allowed elements and attributes, without styles or links. It has its plain text as a
 * label, because browsers otherwise omit it from the name of a link. Null if plain text shows the same; throws if temml
 * cannot parse it.
 */
function pageMathml(tex: string, plain: string): string | null {
  if (/^\s*(?:\{\}|\{)?[\^_]/.test(tex)) return null
  const markup = texToMathml(tex, 'tex')
  if (!NEEDS_MARKUP.test(markup) || markup.includes('<mroot')) return null
  return withWrittenRoots(markup.replace(TAG, safeTag)).replace(
    '<math',
    `<math aria-label="${escapeUTF8(plain)}"`,
  )
}

/** Whether there is a variable or a construction. Plain text is enough for 0.84, 50% and 3×. */
const NEEDS_MARKUP = /<mi[^>]*>\p{L}<|<m(?:sub|sup|over|under|frac|sqrt|table|enclose)/u

// A browser without a math font draws no root, so O(√n) would become O(n).
const ROOT = '<mo form="prefix" stretchy="false" lspace="0em" rspace="0em">√</mo>'
const STRUT = '(?:<mspace[^>]*></mspace>)?'
const ROOT_OF_ONE = new RegExp(
  `<msqrt>(?:<mrow>)?(<m([in])[^>]*>[^<]*</m\\2>)${STRUT}(?:</mrow>)?</msqrt>`,
  'g',
)
const withWrittenRoots = (markup: string): string =>
  markup
    .replace(ROOT_OF_ONE, `<mrow>${ROOT}$1</mrow>`)
    .replaceAll('<msqrt>', `<mrow>${ROOT}<mrow><mo>(</mo>`)
    .replaceAll('</msqrt>', '<mo>)</mo></mrow></mrow>')

const TAG = /<(\/?)([^\s<>/]+)([^<>]*)>/g

function safeTag(_tag: string, close: string, name: string, attributes: string): string {
  if (!ELEMENTS.has(name)) throw new Error(`no element of math: ${name}`)
  const kept = [...attributes.matchAll(/([a-z]+)="([^"<>&-][^"<>&]*)"/g)].filter(([, key = '']) =>
    ATTRIBUTES.has(key),
  )
  return `<${close}${name}${kept.map(([attribute]) => ` ${attribute}`).join('')}>`
}
