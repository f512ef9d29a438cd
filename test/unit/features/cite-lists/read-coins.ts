import { parse, type DefaultTreeAdapterTypes as Tree } from 'parse5'

/** What the context object of an element says. Written from the standard (Z39.88-2004, KEV), not from our code. */
export interface ContextObject {
  format: string
  type: string
  title: string
  date: string
  /** Of the DOI name space, without its prefix. */
  doi: string | null
  url: string | null
  /** Those written as people, in order: the family name, a comma, and the others. */
  authors: string[]
  /** Those written as groups. */
  groups: string[]
}

/** The context objects of a page: of each element span with the class Z3988 and a title, as the convention says. */
export const readCoins = (html: string): ContextObject[] =>
  elementsOf(parse(html))
    .filter((element) => element.tagName === 'span' && classesOf(element).includes('Z3988'))
    .flatMap((element) => attributeOf(element, 'title') ?? [])
    .map(readContextObject)

function readContextObject(text: string): ContextObject {
  const pairs = text.split('&').map((pair) => pair.split('=').map(decode) as [string, string])
  const all = (key: string) => pairs.flatMap(([name, value]) => (name === key ? [value] : []))
  const ids = all('rft_id')
  return {
    format: all('rft_val_fmt').join(),
    type: all('rft.type').join(),
    title: all('rft.title').join(),
    date: all('rft.date').join(),
    doi: ids.find((id) => id.startsWith('info:doi/'))?.slice('info:doi/'.length) ?? null,
    url: ids.find((id) => /^https?:/.test(id)) ?? null,
    authors: all('rft.au'),
    groups: all('rft.aucorp'),
  }
}

const decode = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '))

const elementsOf = (node: Tree.ParentNode): Tree.Element[] =>
  node.childNodes.flatMap((child) => ('tagName' in child ? [child, ...elementsOf(child)] : []))

const attributeOf = ({ attrs }: Tree.Element, name: string): string | undefined =>
  attrs.find((one) => one.name === name)?.value

const classesOf = (element: Tree.Element): string[] => attributeOf(element, 'class')?.split(/\s+/) ?? []
