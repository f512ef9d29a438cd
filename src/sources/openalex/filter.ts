const KEY = /^[a-z][\w.-]*$/i
// OpenAlex answers a filter by the date of its record only to paying customers, with a 429.
const PAID = /^(?:from[_-]|to[_-])?(?:created|updated)[_-]date$/i

/**
 * The canonical spelling of a filter of https://developers.openalex.org/guides/filtering, "type:article,is_oa:true":
 * blanks as "+", which OpenAlex takes for one, and other characters percent-encoded. Undefined for a text that cannot
 * be a filter, and for filters that only paying customers may use.
 */
export function parseFilter(text: string): string | undefined {
  const conditions = conditionsOf(text.trim())
  if (conditions.length === 0 || !conditions.every(isCondition)) return undefined
  return conditions
    .join(',')
    .replace(/\s+/g, '+')
    .replace(/[^!-~]+/gu, (characters) => encodeURIComponent(characters.toWellFormed()))
}

/** Splits at commas, except between double quotes. */
const conditionsOf = (text: string): string[] =>
  [...text.matchAll(/(?:[^,"]|"[^"]*"?)+/g)].map(([condition]) => condition.trim()).filter(Boolean)

function isCondition(condition: string): boolean {
  const [key = '', ...value] = condition.split(':')
  return KEY.test(key) && value.join(':').length > 0 && !PAID.test(key)
}

/** Whether a filter says which types of work it wants. */
export const namesTypes = (filter: string): boolean =>
  conditionsOf(filter).some((condition) => /^(?:type|type[_-]crossref|is[_-]paratext):/i.test(condition))

/** A filter as a part of a URL. What is percent-encoded in it stays, as OpenAlex wants a comma within a value. */
export const encodedFilter = (filter: string): string =>
  encodeURIComponent(filter)
    .replaceAll('%2B', '%20')
    .replace(/%25([0-9a-f]{2})/gi, '%$1')
