import temml from 'temml'

interface Element {
  name: string
  attributes: string
  parts: string[]
}

/** TeX math (without its dollars) as Unicode text: `\mathcal{O}(n^2)` is O(n²). Throws where temml cannot read it. */
export function mathText(tex: string): string {
  const open: Element[] = [{ name: 'document', attributes: '', parts: [] }]
  const markup = temml.renderToString(tex, { throwOnError: true })
  for (const [, close, name, attributes = '', text] of markup.matchAll(/<(\/?)([a-z]+)([^>]*)>|([^<]+)/g)) {
    if (text) open.at(-1)?.parts.push(symbols(text))
    else if (name && !close) open.push({ name, attributes, parts: [] })
    else {
      const done = open.pop()
      if (done) open.at(-1)?.parts.push(written(done))
    }
  }
  return open[0]?.parts.join('') ?? ''
}

const ENTITIES: Record<string, string> = { '&lt;': '<', '&gt;': '>', '&amp;': '&', '&quot;': '"' }
// Signs that people type in their plain form.
const PLAIN: Record<string, string> = { '∼': '~', '∗': '*', '∘': '°' }

const symbols = (text: string): string =>
  text
    .replace(/&\w+;/g, (entity) => ENTITIES[entity] ?? entity)
    .replace(/[∼∗∘]/g, (sign) => PLAIN[sign] ?? sign)

function written({ name, attributes, parts }: Element): string {
  const [first = '', second = '', third = ''] = parts
  switch (name) {
    case 'msup':
      return first + raised(second)
    case 'msub':
    case 'munder':
      return first + lowered(second)
    case 'msubsup':
    case 'munderover':
      return first + lowered(second) + raised(third)
    case 'mover':
      return first
    case 'mfrac':
      return `${inBrackets(first)}/${inBrackets(second)}`
    case 'msqrt':
      return `√${inBrackets(parts.join(''))}`
    case 'mspace':
      return /width="0*\.?0*[1-9]/.test(attributes) ? ' ' : ''
    case 'mtd':
    case 'mtr':
      return `${parts.join('')} `
    default:
      return parts.join('')
  }
}

const RAISED: Record<string, string> = Object.fromEntries(
  [...'0123456789+-−=()ni'].map((sign, i) => [sign, [...'⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ'][i] ?? sign]),
)
const LOWERED = '₀₁₂₃₄₅₆₇₈₉'

function raised(text: string): string {
  if (/^[\d+−=()ni-]+$/.test(text)) return text.replace(/./gu, (sign) => RAISED[sign] ?? sign)
  if (/^[^\p{L}\p{N}]$/u.test(text)) return text
  return text && `^${inBrackets(text)}`
}

function lowered(text: string): string {
  if (/^\d+$/.test(text)) return text.replace(/\d/g, (digit) => LOWERED[Number(digit)] ?? digit)
  return text && `_${inBrackets(text)}`
}

const inBrackets = (text: string): string => (/^[\p{L}\p{N}.]*$|^.$/u.test(text) ? text : `(${text})`)
