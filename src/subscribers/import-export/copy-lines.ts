import type { ImportRow } from './import-row.ts'

/** A row to be copied into the tables. */
export interface IncomingRow extends Omit<ImportRow, 'id'> {
  line: number
  id: string
  /** Used if another subscriber already has that id. */
  spareId: string | null
  addressHash: string
}

/** An address to suppress; `turns`: an existing subscriber with it is suppressed too. */
export interface IncomingSuppression {
  addressHash: string
  reason: string
  at: Date
  suppressesSubscriber: boolean
}

const SPECIAL = /[\\\n\r\t]/g
const ESCAPES: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }
const text = (value: string): string => value.replace(SPECIAL, (sign) => ESCAPES[sign]!)
const NULL = '\\N'
const instant = (value: Date | null): string => value?.toISOString() ?? NULL

/** One line, in COPY's text format and in the column order of the temporary tables. */
export const rowLine = (row: IncomingRow, now: Date): string =>
  `${[
    row.line,
    row.id,
    row.spareId ?? NULL,
    text(row.address),
    text(row.key),
    row.addressHash,
    row.state,
    row.stateBefore ?? NULL,
    text(row.zone),
    row.hour,
    `{${row.days.join()}}`,
    row.maxPapers,
    row.format,
    row.detail,
    row.epoch,
    instant(row.createdAt),
    instant(row.confirmedAt),
    row.startDate ?? NULL,
    row.pausedUntil ?? NULL,
    instant(row.unsubscribedAt),
    row.state === 'suppressed' ? instant(row.suppression?.at ?? now) : NULL,
    row.state === 'paused' ? instant(now) : NULL,
    row.how === null ? NULL : text(row.how),
    row.suppression !== null,
  ].join('\t')}\n`

/** `queryNumberOf` returns the number of a query in the batch, from 1. */
export const topicLines = ({ id, topics }: IncomingRow, queryNumberOf: (query: string) => number): string =>
  topics.map(({ name, query }, place) => `${id}\t${place}\t${text(name)}\t${queryNumberOf(query)}\n`).join('')

export const suppressionLine = ({
  addressHash,
  reason,
  at,
  suppressesSubscriber,
}: IncomingSuppression): string => `${addressHash}\t${reason}\t${instant(at)}\t${suppressesSubscriber}\n`
