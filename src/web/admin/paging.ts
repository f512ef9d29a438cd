/** How many rows stand on a page. */
export const ROWS_PER_PAGE = 100

/** A number in an address; `otherwise` for anything else. */
export const numberParam = (value: unknown, otherwise = 0): number =>
  typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : otherwise

/** Of one row more than a page holds: those of the page, and whether there are others. */
export const takePage = <Row>(rows: Row[]): { rows: Row[]; more: boolean } => ({
  rows: rows.slice(0, ROWS_PER_PAGE),
  more: rows.length > ROWS_PER_PAGE,
})
