import type { Books } from '../../digests/books.ts'
import { BOOK_COLUMNS, type BookColumn } from '../../mail/outbox/book-list.repo.ts'

const TITLES: Record<BookColumn, string> = {
  due: 'Due',
  nothingMatched: 'Nothing matched',
  paused: 'Paused',
  missed: 'Missed',
  planned: 'Planned',
  accepted: 'Accepted',
  refused: 'Refused',
  gaveUp: 'Given up',
  skipped: 'Skipped',
  uncertain: 'Uncertain',
  open: 'Still open',
}

export interface BookCell {
  column: BookColumn
  title: string
  count: number
  /** Where those stand that are counted; empty for none. */
  path: string
}

export const titleOf = (column: BookColumn): string => TITLES[column]

/** The counts of a date, each with the way to whom it counts. */
export const bookCells = (books: Books): BookCell[] =>
  BOOK_COLUMNS.map((column) => ({
    column,
    title: TITLES[column],
    count: books[column],
    path: books[column] > 0 ? `/admin/days/${books.date}/${column}` : '',
  }))
