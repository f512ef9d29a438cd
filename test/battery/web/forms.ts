import { type DefaultTreeAdapterMap, parse } from 'parse5'

type Node = DefaultTreeAdapterMap['node']
type Element = DefaultTreeAdapterMap['element']

/** Something in a form that a person fills in. */
export interface Control {
  name: string
  /** What one types into, in the wrong way too; the others only offer a choice. */
  kind: 'text' | 'password' | 'choice' | 'boxes'
  /** Its value, or what is chosen. */
  values: string[]
  /** What may be chosen. */
  options: string[]
}

export interface Form {
  method: 'GET' | 'POST'
  action: string
  /** Hidden fields. */
  hidden: [name: string, value: string][]
  controls: Control[]
  /** Where else a button of it leads, and with which field. */
  buttons: { action: string; field?: [name: string, value: string] }[]
}

const attribute = ({ attrs }: Element, name: string): string | undefined =>
  attrs.find((one) => one.name === name)?.value

const isElement = (node: Node): node is Element => 'tagName' in node

function all(node: Node, wanted: (element: Element) => boolean): Element[] {
  const own = isElement(node) && wanted(node) ? [node] : []
  return 'childNodes' in node ? [...own, ...node.childNodes.flatMap((one) => all(one, wanted))] : own
}

const tagged = (node: Node, ...tags: string[]) => all(node, ({ tagName }) => tags.includes(tagName))

const textOf = (node: Node): string =>
  node.nodeName === '#text' ? (node as DefaultTreeAdapterMap['textNode']).value : childText(node)

const childText = (node: Node): string => ('childNodes' in node ? node.childNodes.map(textOf).join('') : '')

/** Every form of a page with something to fill in. */
export const formsIn = (html: string): Form[] =>
  tagged(parse(html), 'form')
    .map(formOf)
    .filter(({ controls }) => controls.length > 0)

function formOf(form: Element): Form {
  const inputs = tagged(form, 'input').map((input) => ({ input, type: attribute(input, 'type') ?? 'text' }))
  const hidden = inputs.filter(({ type }) => type === 'hidden').map(({ input }) => pairOf(input))
  const boxes = Map.groupBy(
    inputs.filter(({ type }) => type === 'checkbox' || type === 'radio').map(({ input }) => input),
    (input) => attribute(input, 'name') ?? '',
  )
  const action = attribute(form, 'action') ?? ''
  return {
    method: attribute(form, 'method') === 'post' ? 'POST' : 'GET',
    action,
    hidden: hidden.filter(([name]) => !boxes.has(name)),
    controls: [
      ...inputs
        .filter(
          ({ type, input }) => !['hidden', 'checkbox', 'radio', 'file'].includes(type) && !isTrap(input),
        )
        .map(({ input, type }) =>
          typed(input, type === 'password' ? 'password' : 'text', attribute(input, 'value') ?? ''),
        ),
      // A parser drops the first line end of a text area.
      ...tagged(form, 'textarea').map((area) => typed(area, 'text', childText(area))),
      ...tagged(form, 'select').flatMap((select) => chosen(select)),
      ...[...boxes].map(([name, its]) => ticked(name, its)),
    ],
    buttons: tagged(form, 'button').map((button) => ({
      action: attribute(button, 'formaction') ?? action,
      ...(attribute(button, 'name') && { field: pairOf(button) }),
    })),
  }
}

const pairOf = (element: Element): [string, string] => [
  attribute(element, 'name') ?? '',
  attribute(element, 'value') ?? '',
]

/** A field that people do not see: only programs fill it in. */
const isTrap = (input: Element): boolean => attribute(input, 'tabindex') === '-1'

const typed = (element: Element, kind: Control['kind'], value: string): Control => ({
  name: attribute(element, 'name') ?? '',
  kind,
  values: [value],
  options: [],
})

function chosen(select: Element): Control[] {
  const name = attribute(select, 'name')
  if (!name) return []
  const options = tagged(select, 'option')
  const written = (option: Element) => attribute(option, 'value') ?? childText(option)
  const selected = options.filter((option) => attribute(option, 'selected') !== undefined)
  const values = (selected.length > 0 ? selected : options.slice(0, 1)).map(written)
  return [{ name, kind: 'choice', values, options: options.map(written).filter(Boolean) }]
}

const ticked = (name: string, boxes: Element[]): Control => ({
  name,
  kind: 'boxes',
  values: boxes
    .filter((box) => attribute(box, 'checked') !== undefined)
    .map((box) => attribute(box, 'value') ?? ''),
  options: boxes.map((box) => attribute(box, 'value') ?? ''),
})

/** What a page says is wrong, sentence by sentence. */
export function alertsIn(html: string): string[] {
  const alerts = all(parse(html), (element) => attribute(element, 'role') === 'alert')
  const texts = alerts.flatMap((alert) => {
    const items = tagged(alert, 'li')
    return items.length > 0 ? items : tagged(alert, 'p')
  })
  return texts.map((element) => childText(element).trim())
}
