/** How many rows stand on a page. */
export const ROWS = 100

/** A number in an address; `otherwise` for anything else. */
export const numberIn = (value: unknown, otherwise = 0): number =>
  typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : otherwise

/** Of one row more than a page holds: those of the page, and whether there are others. */
export const paged = <Row>(rows: Row[]): { rows: Row[]; more: boolean } => ({
  rows: rows.slice(0, ROWS),
  more: rows.length > ROWS,
})
