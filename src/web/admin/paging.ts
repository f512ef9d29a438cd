/** Rows on one page. */
export const ROWS_PER_PAGE = 100

/** Reads a number from a query string or path; returns `otherwise` for anything else. */
export const numberParam = (value: unknown, otherwise = 0): number =>
  typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : otherwise

/** Takes one row more than fits on a page; returns the rows of the page, and whether there are more. */
export const takePage = <Row>(rows: Row[]): { rows: Row[]; more: boolean } => ({
  rows: rows.slice(0, ROWS_PER_PAGE),
  more: rows.length > ROWS_PER_PAGE,
})
