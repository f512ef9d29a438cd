import { csvLine, escapeFormula } from '../../core/csv.ts'
import type { Deps } from '../../core/deps.ts'
import { fingerprintOf } from '../../core/secrets.ts'
import type { SubscriberState } from '../../subscribers/subscriber.ts'
import {
  type ExportedSubscriber,
  type ExportedSuppression,
  subscribersToExport,
  suppressionsToExport,
} from './export.repo.ts'
import {
  SUBSCRIBER_COLUMNS,
  SUPPRESSION_COLUMNS,
  type SubscriberColumn,
  topicsCell,
} from './subscriber-columns.ts'

const PAGE = 1000

/** A row by column name, as in the file but without quotes and guards. */
export type ExportRow = Record<SubscriberColumn, string>

/** All subscribers who are not erased, oldest first. */
export async function* exportSubscribers(
  { db }: Deps,
  { state }: { state?: SubscriberState } = {},
): AsyncGenerator<ExportRow> {
  const pages = pagesOf<ExportedSubscriber>((after) => subscribersToExport(db, { state, after, limit: PAGE }))
  for await (const subscriber of pages) yield rowOf(subscriber)
}

/** The rows of all pages; `load` gets the last row of the page before. */
async function* pagesOf<Row>(load: (after?: Row) => Promise<Row[]>): AsyncGenerator<Row> {
  for (let page = await load(); page.length > 0; page = await load(page.at(-1))) yield* page
}

function rowOf({ topics, ...found }: ExportedSubscriber): ExportRow {
  const cells = { ...found, topics: topicsCell(topics) }
  const texts = SUBSCRIBER_COLUMNS.map((column) => {
    const cell = cells[column]
    return [column, cell instanceof Date ? cell.toISOString() : String(cell ?? '')]
  })
  return Object.fromEntries(texts)
}

/** The lines of the file, with its head. */
export async function* subscriberLines(rows: AsyncIterable<ExportRow>): AsyncGenerator<string> {
  yield csvLine(SUBSCRIBER_COLUMNS)
  for await (const row of rows) yield csvLine(SUBSCRIBER_COLUMNS.map((column) => escapeFormula(row[column])))
}

/** Lines of the second file, with its head: suppressed addresses as hashes under SUPPRESSION_KEY. */
export async function* exportSuppressions({ db, config }: Deps): AsyncGenerator<string> {
  const key = fingerprintOf(config.SUPPRESSION_KEY)
  yield csvLine(SUPPRESSION_COLUMNS)
  const pages = pagesOf<ExportedSuppression>((after) => suppressionsToExport(db, { after, limit: PAGE }))
  for await (const { addressHash, reason, at } of pages)
    yield csvLine([addressHash, reason, at.toISOString(), key])
}
