// Papers here are in English. Their formulas contain Greek letters, and single letters of any alphabet (Ш, ℵ).
const FOREIGN =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]|(?:(?![\p{sc=Latin}\p{sc=Greek}\p{sc=Common}\p{sc=Inherited}])\p{L}){2}/u

const MAX_TERMS = 6
const MAX_TERM_LENGTH = 60
const TERM =
  /\p{sc=Latin}[\p{sc=Latin}\d]*(?:[-+.#]+[\p{sc=Latin}\d]+)*(?: \p{sc=Latin}[\p{sc=Latin}\d-]*)*/gu

/** Whether a text contains words of a script that English papers do not use. */
export const isForeign = (text: string): boolean => FOREIGN.test(text)

/** The English terms in a text of another language, each once: Test-Time Adaptation, VLA. */
export function englishTerms(text: string): string[] {
  const terms = [...text.matchAll(TERM)]
    .map(([term]) => term)
    .filter(({ length }) => length > 1 && length <= MAX_TERM_LENGTH)
  return [...new Map(terms.map((term) => [term.toLowerCase(), term])).values()].slice(0, MAX_TERMS)
}
