/** JSON contains no control characters. */
export const COLUMN_SEPARATOR = '\u001e'

/**
 * Values as one text for `string_to_array(…, COLUMN_SEPARATOR, 'null')`. An array of texts would need a backslash before
 * each quote, which takes longer than the JSON itself.
 */
export const jsonColumn = (values: readonly unknown[]): string =>
  values.map((value) => JSON.stringify(value ?? null)).join(COLUMN_SEPARATOR)
