import { type DefaultTreeAdapterMap, parse } from 'parse5'
import { ALIVE } from './hostile.ts'

type Node = DefaultTreeAdapterMap['node']
type Element = DefaultTreeAdapterMap['element']

const EMBEDS = ['iframe', 'object', 'embed', 'base', 'svg', 'math', 'video', 'audio', 'frame', 'applet']
const NEVER = new Set([ALIVE, ...EMBEDS])
const LINKS = new Set(['href', 'src', 'action', 'formaction', 'poster', 'background', 'srcset'])
const GOOD_LINK = /^(https:\/\/|http:\/\/localhost|mailto:|\/|#|\?|$)/i
// Controls, and what turns the direction of a text around; joiners belong to words.
export const UNSEEN = /[\p{Cc}--[\t\r\n]]|\p{Bidi_Control}|\ufeff/v

/** Files of our own, by src: for pages. Styles inside: for mails, where there are no files. */
type Allowed = 'files' | 'styles'

/** What is alive in a page that should be text, or stands inline. */
export const faultsOfPage = (html: string): string[] => [
  ...faultsOf(parse(html), 'files'),
  ...(UNSEEN.test(html) ? ['a control or bidi character'] : []),
]

/** What is alive in the HTML of a mail that should be text. */
export const faultsOfMailHtml = (html: string): string[] => faultsOf(parse(html), 'styles')

function faultsOf(node: Node, allowed: Allowed): string[] {
  const own = 'tagName' in node ? faultsOfElement(node, allowed) : []
  return 'childNodes' in node ? [...own, ...node.childNodes.flatMap((one) => faultsOf(one, allowed))] : own
}

function faultsOfElement({ tagName, attrs, childNodes }: Element, allowed: Allowed): string[] {
  const attribute = (name: string) => attrs.find((one) => one.name === name)?.value
  const isOurScript = allowed === 'files' && attribute('src')?.startsWith('/') && childNodes.length === 0
  const wrong: [boolean, string][] = [
    [NEVER.has(tagName), `<${tagName}>`],
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
