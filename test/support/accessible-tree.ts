import { type DefaultTreeAdapterTypes, parse } from 'parse5'

type Node = DefaultTreeAdapterTypes.ChildNode
type Element = DefaultTreeAdapterTypes.Element

/** What a screen reader reads of an element: its role, its name if it has one, and what it contains. */
interface Reading {
  role: string
  name?: string
  level?: number
  url?: string
  children: Content[]
}
type Content = string | Reading

const ROLES: Record<string, string> = {
  a: 'link',
  h1: 'heading',
  h2: 'heading',
  h3: 'heading',
  li: 'listitem',
  mark: 'mark',
  p: 'paragraph',
  strong: 'strong',
  ul: 'list',
}
/** Elements without a role of their own, on a line of their own; all tables of emails are for layout. */
const BLOCKS = new Set(['br', 'div', 'table', 'tbody', 'td', 'tr'])
const NAMED_BY_CONTENT = new Set(['heading', 'link'])

/**
 * The accessible tree of an email's HTML, a line for each role, with the title first. Knows only the elements that our
 * emails have. test/journeys/everyone/accessible-emails.slow.test.ts compares it with the tree of a browser.
 */
export function accessibleTree(html: string): string {
  const root = parse(html).childNodes.find(isElement)!
  const [head, body] = root.childNodes.filter(isElement)
  const title = head!.childNodes.filter(isElement).find(({ tagName }) => tagName === 'title')!
  return [`# ${textOf(title)}`, ...linesOf(joined(contentOf(body!)), '')].join('\n')
}

/** What a list of emails shows after the subject: the first text of the article, which is not displayed. */
export function preheaderOf(html: string): string {
  const [, body] = parse(html).childNodes.find(isElement)!.childNodes.filter(isElement)
  const [article] = body!.childNodes.filter(isElement)
  const [first] = article!.childNodes.filter(isElement)
  return first && isHidden(first) ? oneLine(textOf(first)) : ''
}

/** The tree that Playwright's `ariaSnapshot` returns, written like `accessibleTree`: YAML without its quotes. */
export const treeOfSnapshot = (title: string, snapshot: string): string =>
  withoutQuotes(`# ${title}\n${snapshot}`)

export const withoutQuotes = (tree: string): string => tree.replace(/["'\\]/g, '')

const isElement = (node: Node | DefaultTreeAdapterTypes.Node): node is Element => 'tagName' in node

const attribute = ({ attrs }: Element, name: string): string | undefined =>
  attrs.find((attr) => attr.name === name)?.value

const isHidden = (node: Node): boolean =>
  isElement(node) && /\bdisplay: ?none\b/.test(attribute(node, 'style') ?? '')

const textOf = (node: Node): string =>
  'value' in node ? node.value : isElement(node) ? node.childNodes.map(textOf).join('') : ''

function contentOf(element: Element): Content[] {
  return element.childNodes.flatMap((node): Content[] => {
    if ('value' in node) return [node.value]
    if (!isElement(node) || isHidden(node) || attribute(node, 'aria-hidden') === 'true') return []
    const { tagName } = node
    if (attribute(node, 'role') === 'article')
      return [{ role: 'article', name: attribute(node, 'aria-label'), children: joined(contentOf(node)) }]
    if (ROLES[tagName]) return [readingOf(node, ROLES[tagName])]
    if (BLOCKS.has(tagName)) return [' ', ...contentOf(node), ' ']
    if (tagName === 'span') return contentOf(node)
    throw new Error(
      `the accessible tree of <${tagName}> in an email is not known: add it to ${import.meta.filename}`,
    )
  })
}

function readingOf(element: Element, role: string): Reading {
  const children = joined(contentOf(element))
  const ownName = attribute(element, 'aria-label')
  const name = ownName ?? (NAMED_BY_CONTENT.has(role) ? oneLine(children.map(wordsOf).join(' ')) : undefined)
  return {
    role,
    name,
    level: role === 'heading' ? Number(element.tagName[1]) : undefined,
    url: attribute(element, 'href'),
    children: children.length === 1 && children[0] === name ? [] : children,
  }
}

const wordsOf = (content: Content): string =>
  typeof content === 'string' ? content : (content.name ?? content.children.map(wordsOf).join(' '))

const oneLine = (text: string): string => text.replace(/[\s\u200b]+/g, ' ').trim()

/** Adjacent texts as one, without those that are blank. */
function joined(contents: Content[]): Content[] {
  const result: Content[] = []
  for (const content of contents) {
    const last = result.at(-1)
    if (typeof content === 'string' && typeof last === 'string') result[result.length - 1] = last + content
    else result.push(content)
  }
  return result
    .map((content) => (typeof content === 'string' ? oneLine(content) : content))
    .filter((content) => content !== '')
}

function linesOf(contents: readonly Content[], indent: string): string[] {
  return contents.flatMap((content) => {
    if (typeof content === 'string') return [`${indent}- text: ${content}`]
    const { role, name, level, url, children } = content
    const head = [role, name !== undefined && `"${name}"`, level && `[level=${level}]`]
      .filter(Boolean)
      .join(' ')
    const [only] = children
    if (children.length === 1 && typeof only === 'string' && !url) return [`${indent}- ${head}: ${only}`]
    const inner = [
      ...(url === undefined ? [] : [`${indent}  - /url: ${url}`]),
      ...linesOf(children, `${indent}  `),
    ]
    return [`${indent}- ${head}${inner.length > 0 ? ':' : ''}`, ...inner]
  })
}
