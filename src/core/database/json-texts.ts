/** Values as JSON for a parameter of the type text[], whose texts the statement casts to jsonb. */
export const jsonTexts = (values: readonly unknown[]): (string | null)[] =>
  values.map((value) => (value === null || value === undefined ? null : JSON.stringify(value)))
