const ENTITIES: Record<string, string> = {
  '&lt;': '<',
  '&gt;': '>',
  '&amp;': '&',
  '&quot;': '"',
  '&#x27;': "'",
}
// Characters that people type in their plain form.
const PLAIN: Record<string, string> = { '∼': '~', '∗': '*', '⋆': '*', '∥': '‖' }

export const plainSymbols = (text: string): string =>
  text
    .replace(/&#?\w+;/g, (entity) => ENTITIES[entity] ?? entity)
    .replace(/[\u{1d400}-\u{1d7ff}]+/gu, (styled) => styled.normalize('NFKC'))
    .replace(/[∼∗⋆∥]/g, (sign) => PLAIN[sign] ?? sign)

const NEVER_INFIX = /[∑∏∐∫∬∭∮⋃⋂⋁⋀⨁⨂∀∃¬∂∇√⋯⋮⋱∞′″°!/]/

/** = < + × → and similar operators between two operands. */
export const isInfix = (sign: string): boolean => /^[\p{Sm}·*¦|]{1,2}$/u.test(sign) && !NEVER_INFIX.test(sign)

/** [0,1] contains two numbers; 1,000 is one number. */
export const spacedNumber = (number: string, blank: string): string =>
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
export const withAccent = (text: string, accent: string): string =>
  /^\p{L}$/u.test(text) ? text + (ACCENTS[accent] ?? '') : text
