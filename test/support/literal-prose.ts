import { type DefaultTreeAdapterTypes, parseFragment } from 'parse5'

type Node = DefaultTreeAdapterTypes.ChildNode

/** Attributes that are read out, shown, or both. */
const SAID = [
  'title',
  'alt',
  'label',
  'placeholder',
  'summary',
  'aria-label',
  'aria-description',
  'aria-placeholder',
  'aria-roledescription',
  'aria-valuetext',
]
const TAG = /<%[\s\S]*?%>/g
/** Begins a part of a template. */
const PART = /<!-- part: \w+ -->/g

/** Words that a template says by itself, rather than by tags: in text, in attributes, in strings within tags. */
export function literalProse(source: string): string[] {
  const { childNodes } = parseFragment(source.replace(TAG, ''))
  return [...childNodes.flatMap(saidBy), ...stringsIn(source)]
}

/** The prose of plain text, such as a subject. The part of a page after an address is not prose. */
export const literalProseOfText = (source: string): string[] => [
  ...worded(
    source
      .replace(/(?<=%>)#\w+/g, '')
      .replace(PART, '')
      .replace(TAG, '\n')
      .split('\n'),
  ),
  ...stringsIn(source),
]

const worded = (texts: string[]): string[] =>
  texts.map((text) => text.trim()).filter((text) => /\p{L}/u.test(text))

function saidBy(node: Node): string[] {
  if (node.nodeName === '#text') return worded([(node as DefaultTreeAdapterTypes.TextNode).value])
  if (!('childNodes' in node) || /^(script|style|mj-style)$/.test(node.nodeName)) return []
  const children = 'content' in node ? node.content.childNodes : node.childNodes
  return [...worded(attributesOf(node)), ...children.flatMap(saidBy)]
}

function attributesOf({ nodeName, attrs }: DefaultTreeAdapterTypes.Element): string[] {
  const of = (name: string) => attrs.find((one) => one.name === name)?.value ?? ''
  const isButton = nodeName === 'input' && /^(submit|reset|button)$/.test(of('type'))
  return [
    ...SAID.map(of),
    isButton ? of('value') : '',
    nodeName === 'meta' && of('name') === 'description' ? of('content') : '',
  ]
}

/** A string is prose where it has several words, or begins with a capital. */
const stringsIn = (source: string): string[] =>
  (source.match(TAG) ?? [])
    .map((tag) => tag.replace(/\/\*[\s\S]*?\*\//g, ''))
    .flatMap((tag) => [...tag.matchAll(/'([^'\n]*)'|"([^"\n]*)"|`([^`]*)`/g)])
    .map(([, one, two, three]) => (one ?? two ?? three ?? '').replace(/\$\{[^}]*\}/g, ''))
    .filter((text) => /\p{L}+[,.;:]? \p{L}+/u.test(text) || /^\s*\p{Lu}\p{Ll}/u.test(text))
