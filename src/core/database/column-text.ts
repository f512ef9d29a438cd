// Many rows as one text for each column. Arrays take longer on both sides, and Postgres takes eight times as long for JSON.

type Column = [name: string, type: string]

/** Reads "id int, name text". */
export const columnList = (text: string): Column[] =>
  text
    .trim()
    .split(/,\s+/)
    .map((column) => column.split(' ') as Column)

// Control characters, which are in none of the values.
export const COLUMN_SEPARATOR = '\x1f'
const NULL = '\x1e'

/** The values of a column, none of which is empty or contains U+001E or U+001F. */
export const columnText = (values: readonly (string | number | boolean | null | undefined)[]): string =>
  values.map((value) => value ?? NULL).join(COLUMN_SEPARATOR)

/** Values as JSON, for `string_to_array(…, COLUMN_SEPARATOR, 'null')`. */
export const jsonColumn = (values: readonly unknown[]): string =>
  values.map((value) => JSON.stringify(value ?? null)).join(COLUMN_SEPARATOR)

/** The texts of parts of a column, none without values, as one. */
export const joinedTexts = (texts: readonly string[]): string => texts.join(COLUMN_SEPARATOR)

/** SQL that returns the values of the column text in a parameter, as texts. */
export const columnValues = (parameter: string): string =>
  `unnest(string_to_array(${parameter}, e'\\x1f', e'\\x1e'))`

/** SQL for a table of rows, whose columns are in the parameters from `first` on. */
export const columnRows = (columns: readonly Column[], first = 1): string => `(
  select ${columns.map(([name, type]) => (type === 'text' ? name : `${name}::${type}`))}
  from (select ${columns.map(([name], i) => `${columnValues(`$${first + i}`)} as ${name}`)}) as texts)`
