import { type DefaultTreeAdapterTypes, parse } from 'parse5'

type Element = DefaultTreeAdapterTypes.Element
type Node = DefaultTreeAdapterTypes.Node

/**
 * The rules of Parcel's accessibility checker that the Email Markup Consortium names in its report of 2026
 * (emailmarkup.org/en/reports/accessibility/2026), with their severity there, and the rules on reading and reflow that
 * mail programs need besides. Contrast needs a browser: test/journeys/everyone/accessible-emails.slow.test.ts.
 */
const RULES: Record<string, (page: EmailPage) => unknown[]> = {
  'serious: <html> has a language and a direction': ({ html }) => without(html ? [html] : [], 'lang', 'dir'),
  'serious: each child of the body has a language': ({ body }) => without(childrenOf(body), 'lang'),
  'serious: each child of the body has a direction': ({ body }) => without(childrenOf(body), 'dir'),
  'serious: each table for layout has the role "presentation"': ({ all }) =>
    all.filter((element) => element.tagName === 'table' && attribute(element, 'role') !== 'presentation'),
  'serious: each link has a text': ({ links }) => links.filter((link) => nameOf(link) === ''),
  'serious: the document has a title': ({ all }) =>
    all.some((element) => element.tagName === 'title' && textOf(element) !== '') ? [] : ['no title'],
  'critical: each image has an alternative text': ({ all }) =>
    all.filter(
      (element) => /^(img|area|v:.*)$/.test(element.tagName) && attribute(element, 'alt') === undefined,
    ),
  'critical: zooming is possible': ({ all }) => {
    const [viewport] = all.filter((element) => attribute(element, 'name') === 'viewport')
    const content = viewport ? (attribute(viewport, 'content') ?? '') : 'no viewport'
    return /width=device-width/.test(content) && !/user-scalable|maximum-scale/.test(content) ? [] : [content]
  },
  'moderate: the text of each link is descriptive': ({ links }) =>
    links.filter((link) => GENERIC.has(nameOf(link).toLowerCase())),
  'mild: there is one heading of level one': ({ headings }) =>
    headings.filter((level) => level === 1).length === 1 ? [] : [headings],
  'headings begin at level one and skip none': ({ headings }) =>
    headings.filter((level, i) => level > (headings[i - 1] ?? 0) + 1),
  'no heading is empty': ({ all }) =>
    all.filter((element) => /^h\d$/.test(element.tagName) && textOf(element) === ''),
  'the character set is declared': ({ source }) =>
    /<meta (charset="?utf-8|http-equiv="Content-Type" content="text\/html; charset=UTF-8")/i.test(source)
      ? []
      : ['no charset'],
  'mail programs are asked not to enlarge the text or to make links of numbers': ({ all }) => {
    const names = all.map((element) => attribute(element, 'name'))
    return ['x-apple-disable-message-reformatting', 'format-detection', 'color-scheme'].filter(
      (name) => !names.includes(name),
    )
  },
  'no text is justified': ({ source }) => source.match(/text-align: ?justify|align="justify"/g) ?? [],
  'no text is smaller than 13 pixels': ({ all }) =>
    all.filter((element) => hasOwnText(element) && sizeOf(element) < 13),
  'links are underlined where they are, but for titles and the name of the site': ({ links }) =>
    links.filter((link) => {
      const style = attribute(link, 'style') ?? ''
      const isTitle = ['h3', 'p'].includes(parentName(link)) && /text-decoration: ?none/.test(style)
      const isButton = /background/.test(style)
      return !/text-decoration: ?underline/.test(style) && !isTitle && !isButton
    }),
  'marks are no <mark>, which Roundcube removes': ({ all }) =>
    all.filter(({ tagName }) => tagName === 'mark'),
  'hidden text has the color of visible text': ({ all }) => {
    const withText = all.filter(hasOwnText)
    const heading = withText.find(({ tagName }) => tagName === 'h1')
    return withText.filter(
      (element) => isPreheader(element) && colorOf(element) !== (heading && colorOf(heading)),
    )
  },
}

/** The breaches of the rules by an email's HTML: "rule: the first element". */
export function breachedRules(html: string): string[] {
  const page = pageOf(html)
  return Object.entries(RULES).flatMap(([rule, breachesOf]) => {
    const [first] = breachesOf(page)
    return first === undefined ? [] : [`${rule}: ${shownOf(first)}`]
  })
}

const GENERIC = new Set(['click here', 'details', 'here', 'learn more', 'link', 'more', 'read more', 'this'])

interface EmailPage {
  source: string
  all: Element[]
  html: Element | undefined
  body: Element | undefined
  links: Element[]
  /** Their levels, in order. */
  headings: number[]
}

function pageOf(source: string): EmailPage {
  const all = elementsIn(parse(source))
  const named = (name: string) => all.filter(({ tagName }) => tagName === name)
  return {
    source,
    all,
    html: named('html')[0],
    body: named('body')[0],
    links: named('a'),
    headings: all.flatMap(({ tagName }) => (/^h\d$/.test(tagName) ? [Number(tagName[1])] : [])),
  }
}

const isElement = (node: Node): node is Element => 'tagName' in node

const childrenOf = (element: Element | undefined): Element[] => element?.childNodes.filter(isElement) ?? []

const elementsIn = (node: Node): Element[] =>
  'childNodes' in node
    ? node.childNodes.flatMap((child) => [...(isElement(child) ? [child] : []), ...elementsIn(child)])
    : []

const attribute = ({ attrs }: Element, name: string): string | undefined =>
  attrs.find((attr) => attr.name === name)?.value

const without = (elements: Element[], ...names: string[]): Element[] =>
  elements.filter((element) => names.some((name) => !attribute(element, name)))

const textOf = (node: Node): string =>
  ('value' in node ? node.value : 'childNodes' in node ? node.childNodes.map(textOf).join('') : '').trim()

const hasOwnText = ({ tagName, childNodes }: Element): boolean =>
  !['style', 'title'].includes(tagName) &&
  childNodes.some((node) => node.nodeName === '#text' && textOf(node) !== '')

/** The size of an element's text in pixels, its own or an inherited one; that of a browser without any. */
function sizeOf(element: Element): number {
  const size = /font(?:-size)?:[^;]*?(\d+)px/.exec(attribute(element, 'style') ?? '')?.[1]
  if (size !== undefined) return Number(size)
  const { parentNode } = element
  return parentNode && isElement(parentNode) ? sizeOf(parentNode) : 16
}

/** Hidden in every program; what is hidden only on wide screens has a class that shows it. */
const isPreheader = (element: Element): boolean =>
  /display: ?none/.test(attribute(element, 'style') ?? '') && !attribute(element, 'class')

/** The color of an element's text, its own or an inherited one; empty for that of the program. */
function colorOf(element: Element): string {
  const color = /(?:^|;)\s*color:\s*([^;]+)/.exec(attribute(element, 'style') ?? '')?.[1]
  if (color !== undefined) return color.trim().toLowerCase()
  const { parentNode } = element
  return parentNode && isElement(parentNode) ? colorOf(parentNode) : ''
}

const nameOf = (element: Element): string => attribute(element, 'aria-label') ?? textOf(element)

const parentName = ({ parentNode }: Element): string =>
  parentNode && 'tagName' in parentNode ? parentNode.tagName : ''

const shownOf = (breach: unknown): string =>
  typeof breach === 'object' && breach !== null && 'tagName' in breach
    ? `<${String(breach.tagName)} ${(breach as Element).attrs.map(({ name, value }) => `${name}="${value}"`).join(' ')}>`
    : String(breach)
