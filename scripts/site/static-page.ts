import {
  type DefaultTreeAdapterMap,
  parse,
  parseFragment,
  serialize,
  defaultTreeAdapter as tree,
} from 'parse5'

type Node = DefaultTreeAdapterMap['node']
type Element = DefaultTreeAdapterMap['element']

/** Where the links of a page lead. Each takes an href as it is on the page. */
interface Links {
  /** A relative path; the same href if it leads to another site. */
  link(href: string): string
  /** The same in running text: URLs of the demo become URLs of the published copy. */
  text(text: string): string
  /** What a link to a feed, a style, an icon or a script leads to is in the copy. */
  isWritten(href: string): boolean
  demoOnly: string
}

const LINKS = ['href', 'src']
/** Without these, a form sends nothing that was typed, and a button no form elsewhere. */
const SENDS = ['name', 'formaction', 'formmethod', 'formenctype']
const FIELDS = ['input', 'select', 'textarea', 'button']

/** All links of a page, in its order. */
export function linksOf(html: string): string[] {
  const links: string[] = []
  visit(parse(html), (element) => {
    for (const { name, value } of element.attrs) if (LINKS.includes(name)) links.push(value)
  })
  return links
}

/**
 * A page as a file: relative links, forms that lead to `demoOnly` with nothing of what was typed, no script that needs a
 * server, no comment, and a line on top. It depends on nothing of the page but its links and forms.
 */
export function staticPage(
  html: string,
  links: Links,
  { line, style }: { line: string; style: string },
): string {
  const document = parse(html, { scriptingEnabled: false })
  visit(document, (element) => {
    if (isLeftOut(element, links)) return void tree.detachNode(element)
    element.attrs = element.attrs
      .filter(({ name }) => !name.startsWith('data-hx-'))
      .map(({ name, value }) => ({
        name,
        value: LINKS.includes(name) && !value.startsWith('#') ? links.link(value) : links.text(value),
      }))
    if (element.tagName === 'form') {
      const kept = element.attrs.filter(({ name }) => !['action', 'method', 'enctype'].includes(name))
      element.attrs = [...kept, { name: 'action', value: links.demoOnly }, { name: 'novalidate', value: '' }]
    }
    if (FIELDS.includes(element.tagName) && attribute(element, 'type') !== 'radio')
      element.attrs = element.attrs.filter(({ name }) => !SENDS.includes(name))
  })
  visitAll(document, (node) => {
    if (node.nodeName === '#comment') tree.detachNode(node as DefaultTreeAdapterMap['commentNode'])
    if (tree.isTextNode(node)) node.value = links.text(node.value)
  })
  addLine(find(document, 'body'), line)
  append(find(document, 'head'), `<link rel="stylesheet" href="${style}">`)
  return serialize(document)
}

/** The same page with another title and content: it keeps the masthead and the footer. */
export function withContent(html: string, { title, content }: { title: string; content: string }): string {
  const document = parse(html)
  for (const [tag, inner] of [
    ['title', title],
    ['main', content],
  ] as const) {
    const element = find(document, tag)
    element.childNodes = []
    append(element, inner)
  }
  return serialize(document)
}

/** Most scripts need a server, and a copy has no desk; a copy is not the page that its address names; hidden fields hold tokens. */
function isLeftOut(element: Element, links: Links): boolean {
  if (attribute(element, 'class') === 'demo-links') return true
  if (element.tagName === 'script') return !links.isWritten(attribute(element, 'src') ?? '')
  if (element.tagName === 'input') return attribute(element, 'type') === 'hidden'
  if (element.tagName === 'meta')
    return /^(og:|twitter:|htmx)/.test(attribute(element, 'property') ?? attribute(element, 'name') ?? '')
  if (element.tagName !== 'link') return false
  return attribute(element, 'rel') === 'canonical' || !links.isWritten(attribute(element, 'href') ?? '')
}

const attribute = (element: Element, wanted: string): string | undefined =>
  element.attrs.find(({ name }) => name === wanted)?.value

function visit(root: Node, act: (element: Element) => void): void {
  visitAll(root, (node) => tree.isElementNode(node) && act(node))
}

function visitAll(node: Node, act: (node: Node) => void): void {
  act(node)
  if (!('childNodes' in node)) return
  for (const child of [...node.childNodes]) visitAll(child, act)
}

function elementsIn(root: Node): Element[] {
  const elements: Element[] = []
  visit(root, (element) => elements.push(element))
  return elements
}

function find(root: Node, tag: string): Element {
  const found = elementsIn(root).find(({ tagName }) => tagName === tag)
  if (!found) throw new Error(`a page has no <${tag}>`)
  return found
}

const append = (parent: Element, html: string): void => {
  for (const child of parseFragment(html).childNodes) tree.appendChild(parent, child)
}

/** On top, but after a link that skips to the content: that comes first by keyboard. */
function addLine(body: Element, line: string): void {
  const first = body.childNodes.find((node) => tree.isElementNode(node))
  const [link] = first ? elementsIn(first).filter(({ tagName }) => tagName === 'a') : []
  const skips = link && attribute(link, 'href')?.startsWith('#')
  const next = body.childNodes[skips ? body.childNodes.indexOf(first!) + 1 : 0]
  for (const child of parseFragment(line).childNodes) {
    if (next) tree.insertBefore(body, child, next)
    else tree.appendChild(body, child)
  }
}
