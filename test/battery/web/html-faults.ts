import { type DefaultTreeAdapterMap, parse } from 'parse5'
import { ALIVE } from './hostile.ts'

type Node = DefaultTreeAdapterMap['node']
type Element = DefaultTreeAdapterMap['element']

const EMBEDS = ['iframe', 'object', 'embed', 'base', 'video', 'audio', 'frame', 'applet']
const NEVER = new Set([ALIVE, ...EMBEDS])
const LINKS = new Set(['href', 'src', 'action', 'formaction', 'poster', 'background', 'srcset'])
const GOOD_LINK = /^(https:\/\/|http:\/\/localhost|mailto:|\/|#|\?|$)/i
// Control characters, and those that reverse the direction of a text; joiners belong to words.
export const UNSEEN = /[\p{Cc}--[\t\r\n]]|\p{Bidi_Control}|\ufeff/v

// MathML that only shows: no link, no action, no text of another kind (maction, semantics, annotation-xml).
const MATH =
  /^(math|m(row|i|n|o|text|space|padded|style|su[bp]|subsup|over|under|underover|frac|sqrt|enclose|t(able|r|d)|phantom))$/
const IN_MATH =
  /^(aria-label|role|display|displaystyle|scriptlevel|mathvariant|form|fence|separator|stretchy|symmetric|movablelimits|[lr]space|width|height|m(in|ax)size|linethickness|notation)$/
const MATHML = 'http://www.w3.org/1998/Math/MathML'

// Our own drawings, which only show: no link, no action, no style, no text.
const SVG = /^(svg|rect|path)$/
const IN_SVG = /^(class|viewBox|preserveAspectRatio|aria-hidden|x|width|height|rx|d)$/
const DRAWINGS = ['mark', 'magnifier', 'vote-bar', 'share', 'spark']
const SVG_NAMESPACE = 'http://www.w3.org/2000/svg'

/** Files of our own, by src: for pages. Inline styles: for emails, which have no files. */
type Allowed = 'files' | 'styles'

/** What is alive in a page that should be text, or stands inline. */
export const faultsOfPage = (html: string): string[] => [
  ...faultsOf(parse(html), 'files'),
  ...(UNSEEN.test(html) ? ['a control or bidi character'] : []),
]

/** Elements in the HTML of an email that should be text. */
export const faultsOfMailHtml = (html: string): string[] => faultsOf(parse(html), 'styles')

function faultsOf(node: Node, allowed: Allowed): string[] {
  const own = 'tagName' in node ? faultsOfElement(node, allowed) : []
  return 'childNodes' in node ? [...own, ...node.childNodes.flatMap((one) => faultsOf(one, allowed))] : own
}

function faultsOfElement(element: Element, allowed: Allowed): string[] {
  const { tagName, attrs, childNodes, namespaceURI } = element
  const isMath = namespaceURI === MATHML
  const isSvg = namespaceURI === SVG_NAMESPACE
  const attribute = (name: string) => attrs.find((one) => one.name === name)?.value
  const isOurScript = allowed === 'files' && attribute('src')?.startsWith('/') && childNodes.length === 0
  // The HTML of an email, which may run nothing.
  const isOurFrame =
    allowed === 'files' &&
    tagName === 'iframe' &&
    attribute('sandbox') === '' &&
    attribute('src')?.startsWith('/')
  const isOurDrawing = attribute('aria-hidden') === 'true' && DRAWINGS.includes(attribute('class') ?? '')
  const wrong: [boolean, string][] = [
    [NEVER.has(tagName) && !isOurFrame, `<${tagName}>`],
    [isMath && (allowed !== 'files' || !MATH.test(tagName)), `<${tagName}> of MathML`],
    [isMath && attrs.some(({ name }) => !IN_MATH.test(name)), `an attribute of <${tagName}>`],
    [isInMath(element) && !isMath, `<${tagName}> in math`],
    [isSvg && (allowed !== 'files' || !SVG.test(tagName)), `<${tagName}> of SVG`],
    [isSvg && attrs.some(({ name }) => !IN_SVG.test(name)), `an attribute of <${tagName}>`],
    [tagName === 'svg' && !isOurDrawing, '<svg>'],
    [tagName === 'script' && !isOurScript, 'a script'],
    [(tagName === 'style' || attribute('style') !== undefined) && allowed !== 'styles', 'a style'],
    [tagName === 'meta' && attribute('http-equiv') === 'refresh', 'a refresh'],
  ]
  const inAttributes = attrs.flatMap(({ name, value }) => [
    ...(name.startsWith('on') ? [`attribute ${name}`] : []),
    ...(LINKS.has(name) && !GOOD_LINK.test(value.trim()) ? [`${name}=${value.slice(0, 40)}`] : []),
  ])
  return [...wrong.flatMap(([isWrong, what]) => (isWrong ? [what] : [])), ...inAttributes]
}

function isInMath({ parentNode }: Element): boolean {
  return parentNode !== null && 'tagName' in parentNode && parentNode.namespaceURI === MATHML
}
