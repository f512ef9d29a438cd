import { csvLine, escapeFormula } from '../../core/csv.ts'
import type { Deps } from '../../core/deps.ts'
import { fingerprintOf } from '../../core/secrets.ts'
import type { SubscriberState } from '../subscriber.ts'
import { type ExportedSubscriber, subscribersToExport, suppressionsToExport } from './export.repo.ts'
import {
  SUBSCRIBER_COLUMNS,
  SUPPRESSION_COLUMNS,
  type SubscriberColumn,
  topicsCell,
} from './import-columns.ts'

const PAGE = 1000

/** A row by column name, as in the file but without quotes and guards. */
export type ExportRow = Record<SubscriberColumn, string>

/** All subscribers who are not erased, oldest first. */
export async function* exportSubscribers(
  { db }: Deps,
  { state }: { state?: SubscriberState } = {},
): AsyncGenerator<ExportRow> {
  let after: ExportedSubscriber | undefined
  for (;;) {
    const page: ExportedSubscriber[] = await subscribersToExport(db, { state, after, limit: PAGE })
    for (const one of page) yield rowOf(one)
    if (page.length < PAGE) return
    after = page.at(-1)!
  }
}

function rowOf({ topics, ...found }: ExportedSubscriber): ExportRow {
  const cells = { ...found, topics: topicsCell(topics) }
  const texts = SUBSCRIBER_COLUMNS.map((column) => {
    const cell = cells[column]
    return [column, cell instanceof Date ? cell.toISOString() : String(cell ?? '')]
  })
  return Object.fromEntries(texts)
}

export const exportHeaderLine = (): string => csvLine(SUBSCRIBER_COLUMNS)

export const exportLine = (row: ExportRow): string =>
  csvLine(SUBSCRIBER_COLUMNS.map((column) => escapeFormula(row[column])))

/** Lines of the second file, with its head: suppressed addresses as hashes under SUPPRESSION_KEY. */
export async function* exportSuppressions({ db, config }: Deps): AsyncGenerator<string> {
  const key = fingerprintOf(config.SUPPRESSION_KEY)
  yield csvLine(SUPPRESSION_COLUMNS)
  let after = ''
  for (;;) {
    const page = await suppressionsToExport(db, { after, limit: PAGE })
    for (const { addressHash, reason, at } of page)
      yield csvLine([addressHash, reason, at.toISOString(), key])
    if (page.length < PAGE) return
    after = page.at(-1)!.addressHash
  }
}
