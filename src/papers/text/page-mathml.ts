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
 * TeX math as MathML: elements and attributes of a list, no style, no link. Named by its plain text, or browsers leave it
 * out of the name of a link. Null where plain text says it as well; throws where temml cannot read it.
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

/** A variable or a construction: 0.84, 50% and 3× stand in a text as they are. */
const NEEDS_MARKUP = /<mi[^>]*>\p{L}<|<m(?:sub|sup|over|under|frac|sqrt|table|enclose)/u

// A browser that finds no font for math draws no root at all, and O(√n) would be O(n).
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
