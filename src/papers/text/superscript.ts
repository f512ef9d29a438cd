const RAISED: Record<string, string> = Object.fromEntries(
  [...'0123456789+-−=()ni'].map((sign, i) => [sign, [...'⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ'][i] ?? sign]),
)
const LOWERED = '₀₁₂₃₄₅₆₇₈₉'
// 2nd and Nth, degrees, stars and daggers need no sign for "raised".
const STANDS_ALONE = /^(?:st|nd|rd|th|[*°′″‴†‡®©§]+)$/

/** A superscript: 10⁻³, R^d, R^(n×d). */
export function superscript(text: string): string {
  if (/^[\d+−=()ni-]+$/.test(text)) return text.replace(/./gu, (sign) => RAISED[sign] ?? sign)
  if (text === '∘') return '°'
  if (STANDS_ALONE.test(text)) return text
  return text && `^${asScript(text)}`
}

/** A subscript: L₁, x_train, x_(i,j). */
export function subscript(text: string): string {
  if (/^\d+$/.test(text)) return text.replace(/\d/g, (digit) => LOWERED[Number(digit)] ?? digit)
  return text && `_${asScript(text)}`
}

const ONE_WORD = /^[\p{L}\p{N}\p{Mn}.]*$|^.$/u
// Superscript and subscript characters, a root, and 2d, which must not be read as 2 and d.
const AMBIGUOUS = /[²³¹⁰-₟√]|^\d+\p{L}/u

const BRACKETED = /^(?:\([^()]*\)|\[[^[\]]*\])$/
const ROOT = /^√(?:[\p{L}\p{N}]|\([^()]*\))$/u

export const parenthesize = (text: string): string =>
  ONE_WORD.test(text) || BRACKETED.test(text) || ROOT.test(text) ? text : `(${text})`

const asScript = (text: string): string =>
  AMBIGUOUS.test(text) && !BRACKETED.test(text) ? `(${text})` : parenthesize(text)
