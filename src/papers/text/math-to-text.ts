import { decodeXML } from 'entities'
import temml from 'temml'

const ONE_WORD = /^[\p{L}\p{N}\p{Mn}.]*$|^.$/u

const BRACKETED = /^(?:\([^()]*\)|\[[^[\]]*\])$/
const ROOT = /^√(?:[\p{L}\p{N}]|\([^()]*\))$/u

const parenthesize = (text: string): string =>
  ONE_WORD.test(text) || BRACKETED.test(text) || ROOT.test(text) ? text : `(${text})`

interface Element {
  name: string
  attributes: string
  parts: Part[]
}

/** The text of an element, and its role in the row. */
interface Part {
  text: string
  as: 'infix' | 'separator' | 'opening' | 'other'
}

// A blank that scripts and fractions drop, as in print, and the character that TeX puts after log.
const BLANK = '\ue001'
const APPLIED = '\u2061'

/** TeX math (without its dollars) as Unicode text: `\mathcal{O}(n^2)` is O(n²). Throws if temml cannot parse it. */
export function mathToText(tex: string): string {
  const open: Element[] = [{ name: 'document', attributes: '', parts: [] }]
  for (const [, close, name, attributes = '', text] of texToMathml(tex).matchAll(TAG_OR_TEXT)) {
    if (text) open.at(-1)?.parts.push({ text: plainSymbols(text), as: 'other' })
    else if (name && !close) open.push({ name, attributes, parts: [] })
    else {
      const done = open.pop()
      if (done) open.at(-1)?.parts.push({ text: elementToText(done), as: roleOf(done) })
    }
  }
  return finalize(rowText(open[0]?.parts ?? []))
}

const TAG_OR_TEXT = /<(\/?)([a-z]+)([^>]*)>|([^<]+)/g

const finalize = (text: string): string =>
  text
    .replaceAll(BLANK, ' ')
    .replace(/(?<=[)\]}])(?=\p{L}{2,8}[^\s\p{L}]{0,3}\u2061)/gu, ' ')
    .replace(/\u2061\s*$/, '')
    .replace(/\u2061 *(?=[\p{L}\p{N}|‖√⌊⌈])/gu, ' ')
    .replaceAll(APPLIED, '')
    .replace(/(?<=\d) ~ (?=\d)/g, '~')

function roleOf({ name, attributes, parts }: Element): Part['as'] {
  if (/fence.*prefix/.test(attributes)) return 'opening'
  if (name !== 'mo' || /form=|lspace="0em"|movablelimits/.test(attributes)) return 'other'
  const sign = parts[0]?.text ?? ''
  if (attributes.includes('separator')) return 'separator'
  return isInfix(sign) ? 'infix' : 'other'
}

/** Adds blanks around = and + between two operands, and after a comma. */
function rowText(parts: Part[]): string {
  const elementToText = parts.filter(({ text }) => text !== '')
  return elementToText
    .map(({ text, as }, i) => {
      const before = elementToText[i - 1]
      const after = elementToText[i + 1]
      if (as === 'separator' && after) return text + BLANK
      return as === 'infix' && after && before?.as === 'other' ? BLANK + text + BLANK : text
    })
    .join('')
}

function elementToText({ name, attributes, parts }: Element): string {
  const [first = '', second = '', third = ''] = parts.map(({ text }) => text)
  switch (name) {
    case 'msup':
      return first + superscript(tight(second))
    case 'msub':
    case 'munder':
      return first + subscript(tight(second))
    case 'msubsup':
    case 'munderover':
      return first + subscript(tight(second)) + superscript(tight(third))
    case 'mover':
      return withAccent(first, second)
    case 'menclose':
      return attributes.includes('notation="top"') ? withAccent(first, '‾') : rowText(parts)
    case 'mfrac':
      return fraction(tight(first), tight(second), attributes)
    case 'msqrt':
      return `√${parenthesize(rowText(parts))}`
    case 'mroot':
      return root(first, tight(second))
    default:
      return rowElementToText(name, attributes, parts)
  }
}

function rowElementToText(name: string, attributes: string, parts: Part[]): string {
  const row = rowText(parts)
  switch (name) {
    case 'mn':
      return spacedNumber(row, BLANK)
    case 'mspace':
      return /width="0*\.?0*[1-9]/.test(attributes) ? ' ' : ''
    case 'mphantom':
      return ''
    case 'mtd':
    case 'mtr':
      return `${row} `
    default:
      return row
  }
}

const tight = (text: string): string => text.replaceAll(BLANK, '').replace(/\u2061$/, '')

const fraction = (above: string, below: string, attributes: string): string =>
  /linethickness="0/.test(attributes)
    ? `${above} choose ${below}`
    : `${parenthesize(above)}/${parenthesize(below)}`

function root(text: string, degree: string): string {
  const sign = { 3: '∛', 4: '∜' }[degree]
  return sign ? sign + parenthesize(text) : `${parenthesize(text)}^(1/${parenthesize(degree)})`
}

// Characters that people type in their plain form.
const PLAIN: Record<string, string> = { '∼': '~', '∗': '*', '⋆': '*', '∥': '‖' }

const plainSymbols = (text: string): string =>
  decodeXML(text)
    .replace(/[\u{1d400}-\u{1d7ff}]+/gu, (styled) => styled.normalize('NFKC'))
    .replace(/[∼∗⋆∥]/g, (sign) => PLAIN[sign] ?? sign)

const NEVER_INFIX = /[∑∏∐∫∬∭∮⋃⋂⋁⋀⨁⨂∀∃¬∂∇√⋯⋮⋱∞′″°!/]/

/** = < + × → and similar operators between two operands. */
const isInfix = (sign: string): boolean => /^[\p{Sm}·*¦|]{1,2}$/u.test(sign) && !NEVER_INFIX.test(sign)

/** [0,1] contains two numbers; 1,000 is one number. */
const spacedNumber = (number: string, blank: string): string =>
  /^\d{1,3}(,\d{3})+(\.\d+)?$/.test(number) ? number : number.replace(/,(?=.)/g, `,${blank}`)

const ACCENTS: Record<string, string> = {
  '^': '\u0302',
  ˆ: '\u0302',
  '~': '\u0303',
  '˜': '\u0303',
  '‾': '\u0304',
  ˉ: '\u0304',
  '¯': '\u0304',
  '˙': '\u0307',
  '¨': '\u0308',
  ˇ: '\u030c',
}

/** Adds an accent to a single letter. Plain text cannot show an accent over several letters, or an arrow. */
const withAccent = (text: string, accent: string): string =>
  /^\p{L}$/u.test(text) ? text + (ACCENTS[accent] ?? '') : text

const pairs = (from: string, to: string) => {
  const scripts = [...to]
  return new Map([...from].map((sign, i) => [sign, scripts[i]!]))
}
// The letters that Unicode has as superscripts and subscripts.
const RAISED = pairs(
  '0123456789+-−=()abcdefghijklmnoprstuvwxyzT⊤',
  '⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵀᵀ',
)
const LOWERED = pairs('0123456789+-−=aehijklmnoprstuvx', '₀₁₂₃₄₅₆₇₈₉₊₋₋₌ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ')
// 2, −3, d, t+1, 2d; words and longer terms are easier to read on the line: x_train, n^(2+o(1)).
const SHORT = /^(?:[\d+−=()-]+|(?=.{1,4}$)(?:[−-]?\d*\p{L}|⊤)(?:[+−-]\d+)?)$/u

/** The text in raised or lowered characters; null if it is long, or Unicode lacks one of them. */
function scriptOf(text: string, characters: Map<string, string>): string | null {
  const written = [...text].map((sign) => characters.get(sign))
  return SHORT.test(text) && written.every((sign) => sign !== undefined) ? written.join('') : null
}

// 2nd and Nth, degrees, stars and daggers need no sign for "raised".
const STANDS_ALONE = /^(?:st|nd|rd|th|[*°′″‴†‡®©§]+)$/

/** A superscript: 10⁻³, Rᵈ, R^(n×d). */
export function superscript(text: string): string {
  if (text === '∘') return '°'
  if (STANDS_ALONE.test(text)) return text
  return text && (scriptOf(text, RAISED) ?? `^${asScript(text)}`)
}

/** A subscript: L₁, xₜ₊₁, x_train, x_(i,j). */
export const subscript = (text: string): string => text && (scriptOf(text, LOWERED) ?? `_${asScript(text)}`)

/** Patterns of what may have an index, and of the index if it is a number. */
export const INDEX_BASE = String.raw`(?:\p{L}|[A-Z][a-z]?O)\p{M}?`
export const INDEX_NUMBER = String.raw`\d{1,2}(?!\.?[\p{Ll}\d_])`
/** A pattern of β_t, x_1, H_2O and CO_2; not of imo_1962, x_train and a_b_c, which are names. */
export const INDEXED = String.raw`(?<![\p{L}\p{N}_/.@-])(?<base>${INDEX_BASE})_(?<index>${INDEX_NUMBER}|[a-z](?![\p{L}\p{N}_]))`

/** Superscripts and subscripts, as a part of a character class. */
export const SCRIPTS = '²³¹ʰʲˡʳˢʷʸᴬ-ᵪᶜᶠᶻ⁰-₟ⱼ'

// Superscript and subscript characters, a root, and 2d, which must not be read as 2 and d.
const AMBIGUOUS = new RegExp(`[${SCRIPTS}√]|^\\d+\\p{L}`, 'u')

const asScript = (text: string): string =>
  AMBIGUOUS.test(text) && !BRACKETED.test(text) ? `(${text})` : parenthesize(text)

const MAX_UNKNOWN = 8
// The largest size in em; no author needs more.
const STRICT = { throwOnError: true, trust: false, maxSize: [10, 10] as [number, number] }
const DISPLAYED = /^\s*\\begin\{(?:align|equation|eqnarray|gather|multline)/

/** TeX math (without its dollars) as MathML. An unknown command becomes its name. Throws if the TeX is broken. */
export function texToMathml(tex: string, wrap: 'none' | 'tex' = 'none'): string {
  const macros: Record<string, string> = {}
  for (let unknown = 0; ; unknown++) {
    try {
      return temml.renderToString(tex, {
        ...STRICT,
        wrap,
        displayMode: DISPLAYED.test(tex),
        macros: { ...macros },
      })
    } catch (error) {
      const name = UNKNOWN.exec(String(error))?.[1]
      if (name === undefined || name in macros || unknown === MAX_UNKNOWN) throw error
      macros[name] = readingOf(name.slice(1), tex)
    }
  }
}

// An accent without its letter, as in \c and \H, is a command that the author defined.
const UNKNOWN = /(?:Unsupported function name: (?=\\..)|as argument to '(?=\\.'))(\\[A-Za-z]+)/
// Authors define \xb and \bx as a bold x.
const BOLD = /^(?:b([A-Za-z])|([A-Za-z])b)$/

/** If braces follow, their content is the text: \unheard{x} is x. */
function readingOf(name: string, tex: string): string {
  if (tex.includes(`\\${name}{`)) return ''
  const [, after, before] = BOLD.exec(name) ?? []
  const letter = after ?? before
  return letter ? `\\mathrm{${letter}}` : `\\operatorname{${name}}`
}
