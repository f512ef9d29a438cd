import { texToMathml } from './tex-to-mathml.ts'

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
export function pageMathml(tex: string, plain: string): string | null {
  if (/^\s*(?:\{\}|\{)?[\^_]/.test(tex)) return null
  const markup = texToMathml(tex, 'tex')
  if (!NEEDS_MARKUP.test(markup) || markup.includes('<mroot')) return null
  return withWrittenRoots(markup.replace(TAG, safeTag)).replace(
    '<math',
    `<math aria-label="${escaped(plain)}"`,
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

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => ESCAPES[sign] ?? sign)
